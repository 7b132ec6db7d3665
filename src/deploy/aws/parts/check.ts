/** The Lambda behind the API: judges events by the very check, puts good ones into the stream, bad ones aside. */

import { Fn } from "aws-cdk-lib";
import type { CfnStream } from "aws-cdk-lib/aws-kinesis";
import type { CfnFunction } from "aws-cdk-lib/aws-lambda";
import type { CfnBucket } from "aws-cdk-lib/aws-s3";
import type { StreamPlan } from "../../../plan/plan.ts";
import { makeRole } from "../role.ts";
import type { Site } from "../site.ts";
import { makeLambda } from "./lambda.ts";

/** API Gateway gives up after 29 s; the Lambda must have answered by then. */
const TIMEOUT_SECONDS = 28;

export interface CheckMeans {
  readonly stream: StreamPlan;
  readonly kinesis: CfnStream;
  readonly errors: CfnBucket;
}

export function makeCheck(site: Site, { stream, kinesis, errors }: CheckMeans): CfnFunction {
  const says = `Checks events of ${stream.name} and puts them into its stream`;
  return makeLambda(site, {
    kind: "check",
    stream: stream.name,
    says,
    memoryMiB: site.aws.checkMemoryMiB,
    timeoutSeconds: TIMEOUT_SECONDS,
    environment: { MILLRACE_STREAM: kinesis.ref, MILLRACE_ERROR_BUCKET: errors.ref },
    role: (id, writeLog) =>
      makeRole(site, {
        id,
        kind: "check",
        says,
        trust: "lambda.amazonaws.com",
        grants: [
          { sid: "PutGood", actions: ["kinesis:PutRecords"], on: [kinesis.attrArn] },
          {
            sid: "SetBadAside",
            actions: ["s3:PutObject"],
            on: [Fn.join("", [errors.attrArn, "/error/*"])],
          },
          {
            sid: "Encrypt",
            actions: ["kms:GenerateDataKey", "kms:Decrypt"],
            on: [site.key.attrArn],
          },
          writeLog,
        ],
      }),
  });
}
