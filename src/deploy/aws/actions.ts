/** Every action that a role of the stack may take, and the call that needs it. The roles are made from this table. */

/** Who makes the call: a file of ours and a text in it, or an AWS service and what it does. */
export type Need =
  | { readonly file: string; readonly call: string }
  | { readonly service: string; readonly does: string };

export const ACTIONS = {
  check: {
    "kinesis:PutRecords": { file: "src/deploy/aws/handlers", call: "PutRecordsCommand" },
    "s3:PutObject": { file: "src/deploy/aws/handlers", call: "PutObjectCommand" },
    "kms:GenerateDataKey": {
      service: "Kinesis and S3",
      does: "encrypt what the check puts into the stream and the error bucket",
    },
    "kms:Decrypt": {
      service: "Kinesis",
      does: "verifies the data key of an encrypted stream when a producer puts records",
    },
    "logs:CreateLogStream": { service: "Lambda", does: "opens its log" },
    "logs:PutLogEvents": { service: "Lambda", does: "writes its log" },
  },
  transform: {
    "logs:CreateLogStream": { service: "Lambda", does: "opens its log" },
    "logs:PutLogEvents": { service: "Lambda", does: "writes its log" },
  },
  delivery: {
    "kinesis:DescribeStream": { service: "Firehose", does: "finds the shards of its source" },
    "kinesis:GetShardIterator": { service: "Firehose", does: "starts to read a shard" },
    "kinesis:GetRecords": { service: "Firehose", does: "reads a shard" },
    "kinesis:ListShards": { service: "Firehose", does: "follows splits and merges" },
    "s3:AbortMultipartUpload": { service: "Firehose", does: "clears an upload that failed" },
    "s3:GetBucketLocation": { service: "Firehose", does: "finds the bucket's region" },
    "s3:ListBucketMultipartUploads": { service: "Firehose", does: "resumes uploads" },
    "s3:PutObject": { service: "Firehose", does: "writes objects and failed records" },
    "lambda:InvokeFunction": { service: "Firehose", does: "makes rows by the transform" },
    "kms:GenerateDataKey": { service: "S3", does: "encrypts the objects" },
    "kms:Decrypt": { service: "Kinesis", does: "decrypts the records read" },
    "logs:PutLogEvents": { service: "Firehose", does: "tells why a delivery failed" },
    "glue:GetTableVersions": { service: "Firehose", does: "reads the columns of Parquet" },
    "glue:GetTableVersion": { service: "Firehose", does: "reads the columns of Parquet" },
    "glue:GetTable": { service: "Firehose", does: "reads the columns of Parquet" },
  },
  snowflake: {
    "s3:GetObject": { service: "Snowflake", does: "COPY INTO reads objects of the stage" },
    "s3:GetObjectVersion": { service: "Snowflake", does: "COPY INTO reads objects of the stage" },
    "s3:ListBucket": { service: "Snowflake", does: "LIST and ALTER PIPE … REFRESH" },
    "s3:GetBucketLocation": { service: "Snowflake", does: "finds the bucket's region" },
    "kms:Decrypt": { service: "S3", does: "decrypts the objects read" },
  },
  accessLog: {
    "logs:CreateLogStream": { service: "API Gateway", does: "opens its access log" },
    "logs:PutLogEvents": { service: "API Gateway", does: "writes its access log" },
    "logs:DescribeLogStreams": { service: "API Gateway", does: "finds its access log" },
    "logs:DescribeLogGroups": { service: "API Gateway", does: "finds its access log" },
  },
  readingTask: {
    "s3:GetObject": { file: "src/stages/lake/s3", call: "GetObjectCommand" },
    "s3:ListBucket": { file: "src/stages/lake/s3", call: "ListObjectsV2Command" },
    "kms:Decrypt": { service: "S3", does: "decrypts the objects read" },
    "secretsmanager:GetSecretValue": {
      service: "App Runner",
      does: "puts the secret into the container's environment",
    },
  },
  readingStart: {
    "secretsmanager:GetSecretValue": {
      service: "ECS",
      does: "puts the secret into the container's environment",
    },
    "ecr:GetAuthorizationToken": { service: "ECS", does: "signs in to the registry" },
    "ecr:BatchCheckLayerAvailability": { service: "ECS", does: "pulls the image" },
    "ecr:GetDownloadUrlForLayer": { service: "ECS", does: "pulls the image" },
    "ecr:BatchGetImage": { service: "ECS", does: "pulls the image" },
    "logs:CreateLogStream": { service: "ECS", does: "opens the task's log" },
    "logs:PutLogEvents": { service: "ECS", does: "writes the task's log" },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Need>>>>;

export type RoleKind = keyof typeof ACTIONS;
export type ActionOf<K extends RoleKind> = Extract<keyof (typeof ACTIONS)[K], string>;
