/** One stream's delivery: Firehose from Kinesis through the transform to the data bucket, failures beside it. */

import { Fn } from "aws-cdk-lib";
import type { CfnStream } from "aws-cdk-lib/aws-kinesis";
import { CfnDeliveryStream } from "aws-cdk-lib/aws-kinesisfirehose";
import type { CfnFunction } from "aws-cdk-lib/aws-lambda";
import { CfnLogGroup, CfnLogStream } from "aws-cdk-lib/aws-logs";
import type { CfnBucket } from "aws-cdk-lib/aws-s3";
import type { StreamPlan } from "../../../plan/plan.ts";
import type { Grant } from "../role.ts";
import { makeRole } from "../role.ts";
import { idOf, nameOf, type Site } from "../site.ts";
import { makeLambda } from "./lambda.ts";
import { type Columns, makeColumns } from "./columns.ts";

export interface DeliveryMeans {
  readonly stream: StreamPlan;
  readonly kinesis: CfnStream;
  readonly data: CfnBucket;
}

export interface Delivery {
  readonly firehose: CfnDeliveryStream;
  readonly transform: CfnFunction;
}

const MIB = 1_048_576;
/** Firehose gives a transform five minutes; it makes rows in milliseconds. */
const TRANSFORM_SECONDS = 60;
/** The transform's batch: its answer has lineage beside each row, and may have 6 MB. */
const BATCH_MIB = "1";
const BATCH_SECONDS = "60";
const CONVERSION_MIB_MIN = 64;

export function makeDelivery(site: Site, means: DeliveryMeans): Delivery {
  const { stream, kinesis, data } = means;
  const transform = makeTransform(site, stream);
  const columns = stream.deliver.format === "parquet" ? makeColumns(site, stream) : undefined;
  const id = idOf(stream.name);
  const name = nameOf(site, stream.name);
  const log = new CfnLogGroup(site.scope, `${id}DeliveryLog`, {
    logGroupName: `/aws/kinesisfirehose/${name}`,
    retentionInDays: Number(site.aws.logDays),
  });
  const page = new CfnLogStream(site.scope, `${id}DeliveryLogPage`, {
    logGroupName: log.ref,
    logStreamName: "DestinationDelivery",
  });
  const role = makeRole(site, {
    id: `${id}DeliveryRole`,
    kind: "delivery",
    says: `Delivers ${stream.name} from its stream to the data bucket`,
    trust: "firehose.amazonaws.com",
    grants: [...grantsOf(site, { ...means, transform, columns }), writeLog(log)],
  });
  const firehose = new CfnDeliveryStream(site.scope, `${id}Delivery`, {
    deliveryStreamName: name,
    deliveryStreamType: "KinesisStreamAsSource",
    kinesisStreamSourceConfiguration: {
      kinesisStreamArn: kinesis.attrArn,
      roleArn: role.attrArn,
    },
    extendedS3DestinationConfiguration: {
      bucketArn: data.attrArn,
      roleArn: role.attrArn,
      prefix: stream.deliver.prefix,
      errorOutputPrefix: stream.deliver.errorPrefix,
      ...shapeOf(stream, columns, role.attrArn),
      cloudWatchLoggingOptions: {
        enabled: true,
        logGroupName: log.ref,
        logStreamName: page.ref,
      },
      processingConfiguration: { enabled: true, processors: [lambdaProcessor(transform)] },
    },
  });
  return { firehose, transform };
}

function makeTransform(site: Site, { name }: StreamPlan): CfnFunction {
  const says = `Makes rows of ${name} from its events`;
  return makeLambda(site, {
    kind: "transform",
    stream: name,
    says,
    memoryMiB: site.aws.transformMemoryMiB,
    timeoutSeconds: TRANSFORM_SECONDS,
    environment: {},
    role: (id, grant) =>
      makeRole(site, {
        id,
        kind: "transform",
        says,
        trust: "lambda.amazonaws.com",
        grants: [grant],
      }),
  });
}

function lambdaProcessor(transform: CfnFunction): CfnDeliveryStream.ProcessorProperty {
  const parameters = {
    LambdaArn: transform.attrArn,
    NumberOfRetries: "3",
    BufferSizeInMBs: BATCH_MIB,
    BufferIntervalInSeconds: BATCH_SECONDS,
  };
  return {
    type: "Lambda",
    parameters: Object.entries(parameters).map(([parameterName, parameterValue]) => ({
      parameterName,
      parameterValue,
    })),
  };
}

/** Sizes, compression and, for Parquet, the conversion that takes the place of compression. */
function shapeOf(
  { deliver }: StreamPlan,
  columns: Columns | undefined,
  roleArn: string,
): Partial<CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty> {
  const { size, interval } = deliver.buffer;
  const least = columns === undefined ? 1 : CONVERSION_MIB_MIN;
  const bufferingHints = {
    sizeInMBs: Math.min(128, Math.max(least, Math.round(size / MIB))),
    intervalInSeconds: Math.min(900, Math.round(interval / 1000)),
  };
  if (columns === undefined) {
    const compressionFormat = deliver.compression === "gzip" ? "GZIP" : "UNCOMPRESSED";
    return { bufferingHints, compressionFormat };
  }
  return {
    bufferingHints,
    compressionFormat: "UNCOMPRESSED",
    dataFormatConversionConfiguration: {
      enabled: true,
      inputFormatConfiguration: { deserializer: { openXJsonSerDe: { caseInsensitive: false } } },
      outputFormatConfiguration: {
        serializer: {
          parquetSerDe: { compression: deliver.compression === "gzip" ? "GZIP" : "SNAPPY" },
        },
      },
      schemaConfiguration: { roleArn, ...columns.schema },
    },
  };
}

interface GrantMeans extends DeliveryMeans {
  readonly transform: CfnFunction;
  readonly columns: Columns | undefined;
}

function grantsOf(site: Site, means: GrantMeans): Grant<"delivery">[] {
  const { kinesis, data, transform, columns } = means;
  const grants: Grant<"delivery">[] = [
    {
      sid: "ReadStream",
      actions: [
        "kinesis:DescribeStream",
        "kinesis:GetShardIterator",
        "kinesis:GetRecords",
        "kinesis:ListShards",
      ],
      on: [kinesis.attrArn],
    },
    {
      sid: "FindBucket",
      actions: ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
      on: [data.attrArn],
    },
    {
      sid: "WriteObjects",
      actions: ["s3:PutObject", "s3:AbortMultipartUpload"],
      on: foldersOf(means),
    },
    {
      sid: "MakeRows",
      actions: ["lambda:InvokeFunction"],
      on: [transform.attrArn, Fn.join("", [transform.attrArn, ":$LATEST"])],
    },
    {
      sid: "UseKey",
      actions: ["kms:GenerateDataKey", "kms:Decrypt"],
      on: [site.key.attrArn],
    },
  ];
  if (columns !== undefined) {
    grants.push({
      sid: "ReadColumns",
      actions: ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"],
      on: columns.arns,
    });
  }
  return grants;
}

/** Where its objects and failed records go: the fixed beginnings of the two prefixes. */
function foldersOf({ stream, data }: DeliveryMeans): string[] {
  const { prefix, errorPrefix } = stream.deliver;
  return [prefix, errorPrefix].map((one) =>
    Fn.join("", [data.attrArn, "/", one.replace(/!\{.*$/, ""), "*"]),
  );
}

function writeLog(log: CfnLogGroup): Grant<"delivery"> {
  return { sid: "WriteOwnLog", actions: ["logs:PutLogEvents"], on: [log.attrArn] };
}
