/** What a user writes to have a Lambda handler file transform a stream's records, called as Firehose calls one. */

import type { GivenOf, lambdaFields } from "./fields.ts";

/** A handler file, to be given as `deliver.transform`. */
export interface LambdaHandler {
  readonly kind: "lambda";
  /** A Node module, relative to pipeline.ts: .mjs, .cjs, .js or .ts. */
  readonly file: string;
  readonly options: GivenOf<typeof lambdaFields>;
}

/** The handler that `file` exports under the name `handler`, or under the one that the options give. */
export function lambdaHandler(
  file: string,
  options: GivenOf<typeof lambdaFields> = {},
): LambdaHandler {
  return { kind: "lambda", file, options };
}

export function isLambdaHandler(value: unknown): value is LambdaHandler {
  return typeof value === "object" && (value as LambdaHandler | null)?.kind === "lambda";
}
