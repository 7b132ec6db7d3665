/** The buckets: data, errors, and the log of who touched them. Kept when the stack goes. */

import { CfnDeletionPolicy, Fn, Stack, type CfnCondition } from "aws-cdk-lib";
import { CfnBucket, CfnBucketPolicy } from "aws-cdk-lib/aws-s3";
import { bucketName, days, type Site } from "../site.ts";

export interface Buckets {
  readonly data: CfnBucket;
  readonly errors: CfnBucket;
}

export interface PipeQueue {
  /** ARN of the queue that Snowflake listens on; empty until its pipe exists. */
  readonly arn: string;
  readonly known: CfnCondition;
}

const LOG_DAYS = 90;

export function makeBuckets(site: Site, pipe: PipeQueue): Buckets {
  const logs = makeLogBucket(site);
  return {
    data: makeBucket(site, { id: "Data", use: "data", logs, pipe }),
    errors: makeBucket(site, { id: "Errors", use: "errors", logs, pipe }),
  };
}

interface BucketShape {
  readonly id: string;
  readonly use: string;
  readonly logs: CfnBucket;
  readonly pipe: PipeQueue;
}

function makeBucket(site: Site, { id, use, logs, pipe }: BucketShape): CfnBucket {
  const bucket = new CfnBucket(site.scope, `${id}Bucket`, {
    bucketName: bucketName(site, use),
    bucketEncryption: {
      serverSideEncryptionConfiguration: [
        {
          bucketKeyEnabled: true,
          serverSideEncryptionByDefault: {
            sseAlgorithm: "aws:kms",
            kmsMasterKeyId: site.key.attrArn,
          },
        },
      ],
    },
    versioningConfiguration: { status: "Enabled" },
    publicAccessBlockConfiguration: CLOSED,
    ownershipControls: { rules: [{ objectOwnership: "BucketOwnerEnforced" }] },
    loggingConfiguration: { destinationBucketName: logs.ref, logFilePrefix: `${use}/` },
    lifecycleConfiguration: {
      rules: [
        {
          id: "old-versions",
          status: "Enabled",
          noncurrentVersionExpiration: { noncurrentDays: days(site.aws.oldVersions) },
        },
        UNFINISHED,
      ],
    },
    notificationConfiguration: Fn.conditionIf(
      pipe.known.logicalId,
      { QueueConfigurations: [{ Event: "s3:ObjectCreated:*", Queue: pipe.arn }] },
      { Ref: "AWS::NoValue" },
    ),
  });
  return kept(site, { id, bucket });
}

/** Server access logs cannot be written into a bucket that a key of ours encrypts: it uses S3's own. */
function makeLogBucket(site: Site): CfnBucket {
  const bucket = new CfnBucket(site.scope, "AccessLogBucket", {
    bucketName: bucketName(site, "access-logs"),
    bucketEncryption: {
      serverSideEncryptionConfiguration: [
        { serverSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
      ],
    },
    versioningConfiguration: { status: "Enabled" },
    publicAccessBlockConfiguration: CLOSED,
    ownershipControls: { rules: [{ objectOwnership: "BucketOwnerEnforced" }] },
    lifecycleConfiguration: {
      rules: [
        {
          id: "old-logs",
          status: "Enabled",
          expirationInDays: LOG_DAYS,
          noncurrentVersionExpiration: { noncurrentDays: 1 },
        },
        UNFINISHED,
      ],
    },
  });
  const more = [
    {
      Sid: "TakeAccessLogs",
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: Fn.join("", [bucket.attrArn, "/*"]),
      Condition: { StringEquals: { "aws:SourceAccount": Stack.of(site.scope).account } },
    },
  ];
  return kept(site, { id: "AccessLog", bucket, more });
}

const CLOSED = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
} as const;

const UNFINISHED = {
  id: "unfinished-uploads",
  status: "Enabled",
  abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
} as const;

interface Kept {
  readonly id: string;
  readonly bucket: CfnBucket;
  /** Statements beside the one that asks for TLS. */
  readonly more?: readonly object[];
}

/** Keeps the bucket when the stack goes, and lets nobody in without TLS. */
function kept(site: Site, { id, bucket, more = [] }: Kept): CfnBucket {
  bucket.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
  bucket.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  new CfnBucketPolicy(site.scope, `${id}BucketPolicy`, {
    bucket: bucket.ref,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [bucket.attrArn, Fn.join("", [bucket.attrArn, "/*"])],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        ...more,
      ],
    },
  });
  return bucket;
}
