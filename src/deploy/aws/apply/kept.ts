/** What a stack leaves behind when it goes, because it holds data. Pure. */

import type { Resource, Template } from "../synthesise.ts";

export interface Kept {
  readonly logicalId: string;
  readonly type: string;
  /** Its name where the template gives one, with account and region as placeholders. */
  readonly name: string | undefined;
}

const NAMES: Readonly<Record<string, string>> = {
  "AWS::S3::Bucket": "BucketName",
  "AWS::Kinesis::Stream": "Name",
};

/** Whether a resource outlives its stack: all but those of a first deploy that was rolled back. */
export function outlives({ DeletionPolicy }: Resource): boolean {
  return DeletionPolicy === "RetainExceptOnCreate";
}

export function keptOf({ Resources }: Template): readonly Kept[] {
  return Object.entries(Resources)
    .filter(([, resource]) => outlives(resource))
    .map(([logicalId, { Type, Properties }]) => ({
      logicalId,
      type: Type,
      name: textOf(Properties?.[NAMES[Type] ?? ""]),
    }));
}

/** A template's text with `${AWS::Region}` and the like where only the deploy knows. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") {
    return value;
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  if ("Ref" in value) {
    return `\${${String(value.Ref)}}`;
  }
  const join = (value as { readonly "Fn::Join"?: readonly [string, readonly unknown[]] })[
    "Fn::Join"
  ];
  return join?.[1].map((part) => textOf(part) ?? "?").join(join[0]);
}
