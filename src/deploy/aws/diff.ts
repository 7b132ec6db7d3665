/** Two templates → what would be made, changed, replaced and removed, and what roles would gain or lose. Pure. */

import { outlives } from "./apply/kept.ts";
import type { Resource, Template } from "./synthesise.ts";

export type ChangeKind = "create" | "update" | "replace" | "remove" | "keep-data";

export interface ResourceChange {
  readonly kind: ChangeKind;
  readonly logicalId: string;
  readonly type: string;
  /** Properties that differ, by their paths: `StreamModeDetails.StreamMode`. */
  readonly properties: readonly string[];
}

export interface PermissionChange {
  readonly kind: "gains" | "loses";
  readonly role: string;
  readonly action: string;
  readonly on: string;
}

export interface TemplateDiff {
  readonly resources: readonly ResourceChange[];
  readonly permissions: readonly PermissionChange[];
}

/** Properties whose change makes CloudFormation replace the resource: those our parts set. */
const REPLACES: Readonly<Record<string, readonly string[]>> = {
  "AWS::S3::Bucket": ["BucketName"],
  "AWS::Kinesis::Stream": ["Name"],
  "AWS::KinesisFirehose::DeliveryStream": [
    "DeliveryStreamName",
    "DeliveryStreamType",
    "KinesisStreamSourceConfiguration",
  ],
  "AWS::Lambda::Function": ["FunctionName"],
  "AWS::IAM::Role": ["RoleName"],
  "AWS::Logs::LogGroup": ["LogGroupName"],
  "AWS::SNS::Topic": ["TopicName"],
  "AWS::CloudWatch::Alarm": ["AlarmName"],
  "AWS::ApiGateway::Resource": ["PathPart", "ParentId"],
  "AWS::ApiGateway::Stage": ["StageName"],
};

const EMPTY: Template = { Resources: {} };

/** `before` is undefined where nothing was ever made. */
export function diffTemplates(before: Template | undefined, after: Template): TemplateDiff {
  const old = before ?? EMPTY;
  const ids = new Set([...Object.keys(old.Resources), ...Object.keys(after.Resources)]);
  const resources = [...ids].flatMap((logicalId) => {
    const change = compare(old.Resources[logicalId], after.Resources[logicalId]);
    return change === undefined ? [] : [{ logicalId, ...change }];
  });
  return { resources, permissions: diffPermissions(old, after) };
}

type Change = Omit<ResourceChange, "logicalId">;

function compare(was: Resource | undefined, is: Resource | undefined): Change | undefined {
  if (was === undefined) {
    return is === undefined ? undefined : { kind: "create", type: is.Type, properties: [] };
  }
  if (is === undefined) {
    const kind = outlives(was) ? "keep-data" : "remove";
    return { kind, type: was.Type, properties: [] };
  }
  const properties = differences(was.Properties ?? {}, is.Properties ?? {}, "");
  if (properties.length === 0) {
    return undefined;
  }
  const replaces = (REPLACES[is.Type] ?? []).some((name) =>
    properties.some((path) => path === name || path.startsWith(`${name}.`)),
  );
  return { kind: replaces ? "replace" : "update", type: is.Type, properties };
}

function differences(was: unknown, is: unknown, path: string): string[] {
  if (JSON.stringify(was) === JSON.stringify(is)) {
    return [];
  }
  if (!isPlain(was) || !isPlain(is)) {
    return [path];
  }
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...names].flatMap((name) =>
    differences(was[name], is[name], path === "" ? name : `${path}.${name}`),
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function diffPermissions(old: Template, after: Template): PermissionChange[] {
  const was = permissionsOf(old);
  const is = permissionsOf(after);
  const only = (
    kind: PermissionChange["kind"],
    some: ReadonlyMap<string, Permission>,
    others: ReadonlyMap<string, Permission>,
  ): PermissionChange[] =>
    [...some].flatMap(([key, permission]) => (others.has(key) ? [] : [{ kind, ...permission }]));
  return [...only("gains", is, was), ...only("loses", was, is)];
}

type Permission = Omit<PermissionChange, "kind">;

interface Statement {
  readonly Action: unknown;
  readonly Resource: unknown;
}

interface Policy {
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}

function permissionsOf({ Resources }: Template): ReadonlyMap<string, Permission> {
  const all = Object.entries(Resources)
    .filter(([, { Type }]) => Type === "AWS::IAM::Role")
    .flatMap(([role, { Properties }]) => {
      const policies = (Properties?.["Policies"] ?? []) as Policy[];
      const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
      return statements.flatMap((statement) => permissionsIn(role, statement));
    });
  return new Map(all.map((one) => [`${one.role} ${one.action} ${one.on}`, one]));
}

function permissionsIn(role: string, { Action, Resource: on }: Statement): Permission[] {
  const actions = [Action].flat().map(String);
  return [on]
    .flat()
    .map(showArn)
    .flatMap((arn) => actions.map((action) => ({ role, action, on: arn })));
}

/** An ARN of a template as a person reads it: what it points at instead of how. */
export function showArn(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  if (!isPlain(value)) {
    return String(value);
  }
  const got = value["Fn::GetAtt"];
  if (Array.isArray(got)) {
    return String(got[0]);
  }
  const join = value["Fn::Join"];
  if (Array.isArray(join)) {
    return (join[1] as unknown[]).map(showArn).join(String(join[0]));
  }
  return typeof value["Ref"] === "string" ? `\${${value["Ref"]}}` : JSON.stringify(value);
}
