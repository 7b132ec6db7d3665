/** One stream: Kinesis, encrypted by the pipeline's key, kept when the stack goes. */

import { CfnDeletionPolicy } from "aws-cdk-lib";
import { CfnStream } from "aws-cdk-lib/aws-kinesis";
import type { StreamPlan } from "../../../plan/plan.ts";
import { idOf, nameOf, type Site } from "../site.ts";

/** Kinesis keeps records a day at least and a year at most. */
const HOURS_MIN = 24;
const HOURS_MAX = 8760;

export function makeStream(site: Site, stream: StreamPlan): CfnStream {
  const { capacity } = site.aws;
  const hours = Math.ceil(stream.retention / 3_600_000);
  const made = new CfnStream(site.scope, `${idOf(stream.name)}Stream`, {
    name: nameOf(site, stream.name),
    streamModeDetails: { streamMode: capacity === "on-demand" ? "ON_DEMAND" : "PROVISIONED" },
    ...(capacity === "provisioned" ? { shardCount: stream.shards } : {}),
    retentionPeriodHours: Math.min(HOURS_MAX, Math.max(HOURS_MIN, hours)),
    streamEncryption: { encryptionType: "KMS", keyId: site.key.attrArn },
  });
  made.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
  made.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  return made;
}
