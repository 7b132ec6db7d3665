/** What every part of the stack is made from: the plan, its names, the key, and where constructs hang. */

import { Stack } from "aws-cdk-lib";
import type { CfnKey } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import type { DeployPlan, Plan } from "../../plan/plan.ts";

export interface Site {
  readonly scope: Construct;
  readonly plan: Plan;
  readonly aws: DeployPlan["aws"];
  readonly key: CfnKey;
  /** Folder of a bundled Lambda, by what it does and for which stream. */
  readonly code: LambdaCode;
}

export type LambdaKind = "check" | "transform";
export type LambdaCode = (kind: LambdaKind, stream: string) => string;

/** `food-market-prices`: what a resource of a stream is called in its account. */
export function nameOf(site: Pick<Site, "plan">, stream?: string): string {
  return stream === undefined ? site.plan.name : `${site.plan.name}-${stream}`;
}

/** A bucket's name: unique over all accounts and regions, and known before anything is made. */
export function bucketName(site: Pick<Site, "plan" | "scope">, use: string): string {
  const { account, region } = Stack.of(site.scope);
  return `${site.plan.name}-${use}-${account}-${region}`;
}

/** `prices` → `Prices`, `my-stream.v2` → `MyStreamV2`: the part of a logical id. */
export function idOf(stream: string): string {
  return stream
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join("");
}

/** Whole days of a setting in milliseconds, at least one. */
export function days(ms: number): number {
  return Math.max(1, Math.round(ms / 86_400_000));
}
