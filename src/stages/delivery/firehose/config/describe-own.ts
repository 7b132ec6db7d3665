/** A stream of the pipeline as a delivery stream: what its `deliver` is in Firehose's words. */

import type { StreamPlan } from "../../../../plan/plan.ts";
import { DESTINATION_ID } from "../registry/entry.ts";

const MIB = 1_048_576;
const ROLE = "arn:aws:iam::000000000000:role/millrace";
const BUCKET = "arn:aws:s3:::millrace-lake";

export function describeOwn({ name, deliver }: StreamPlan, startedAt: number): object {
  const { prefix, errorPrefix, buffer, compression, format } = deliver;
  const common = {
    RoleARN: ROLE,
    BucketARN: BUCKET,
    Prefix: prefix,
    ErrorOutputPrefix: errorPrefix,
    BufferingHints: {
      SizeInMBs: Math.min(128, Math.max(1, Math.round(buffer.size / MIB))),
      IntervalInSeconds: Math.ceil(buffer.interval / 1000),
    },
    // Parquet compresses inside; zstd is none of Firehose's.
    CompressionFormat: compression === "gzip" && format !== "parquet" ? "GZIP" : "UNCOMPRESSED",
    EncryptionConfiguration: { NoEncryptionConfig: "NoEncryption" },
    CloudWatchLoggingOptions: { Enabled: false },
  };
  const processed = deliver.transform !== undefined || deliver.lambda !== undefined;
  const lambda = `arn:aws:lambda:us-east-1:000000000000:function:${name}-transform`;
  const processor = {
    Type: "Lambda",
    Parameters: [{ ParameterName: "LambdaArn", ParameterValue: lambda }],
  };
  return {
    DeliveryStreamName: name,
    DeliveryStreamStatus: "ACTIVE",
    DeliveryStreamEncryptionConfiguration: { Status: "DISABLED" },
    DeliveryStreamType: "DirectPut",
    VersionId: "1",
    CreateTimestamp: startedAt,
    Destinations: [
      {
        DestinationId: DESTINATION_ID,
        S3DestinationDescription: common,
        ExtendedS3DestinationDescription: {
          ...common,
          ProcessingConfiguration: { Enabled: processed, Processors: processed ? [processor] : [] },
          S3BackupMode: "Disabled",
        },
      },
    ],
  };
}
