/** One Lambda of the stack: its code as an asset, its log, and nothing that its role does not say. */

import type { CfnRole } from "aws-cdk-lib/aws-iam";
import { CfnFunction } from "aws-cdk-lib/aws-lambda";
import { CfnLogGroup } from "aws-cdk-lib/aws-logs";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { idOf, nameOf, type LambdaKind, type Site } from "../site.ts";

/** What every Lambda's role allows. */
export interface WriteLog {
  readonly sid: "WriteOwnLog";
  readonly actions: readonly ["logs:CreateLogStream", "logs:PutLogEvents"];
  readonly on: readonly [string];
}

export interface LambdaShape {
  readonly kind: LambdaKind;
  readonly stream: string;
  readonly says: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Makes its role, which takes in the grant given. */
  readonly role: (id: string, writeLog: WriteLog) => CfnRole;
}

export function makeLambda(site: Site, shape: LambdaShape): CfnFunction {
  const { kind, stream, says, memoryMiB, timeoutSeconds, environment } = shape;
  const id = `${idOf(stream)}${idOf(kind)}`;
  const name = `${nameOf(site, stream)}-${kind}`;
  const log = new CfnLogGroup(site.scope, `${id}Log`, {
    logGroupName: `/aws/lambda/${name}`,
    retentionInDays: Number(site.aws.logDays),
  });
  const role = shape.role(`${id}Role`, {
    sid: "WriteOwnLog",
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    on: [log.attrArn],
  });
  const code = new Asset(site.scope, `${id}Code`, { path: site.code(kind, stream) });
  return new CfnFunction(site.scope, id, {
    functionName: name,
    description: says,
    runtime: "nodejs24.x",
    architectures: ["arm64"],
    handler: "index.handler",
    code: { s3Bucket: code.s3BucketName, s3Key: code.s3ObjectKey },
    role: role.attrArn,
    memorySize: memoryMiB,
    timeout: timeoutSeconds,
    environment: { variables: { NODE_OPTIONS: "--enable-source-maps", ...environment } },
    loggingConfig: { logFormat: "JSON", logGroup: log.ref },
  });
}
