/** What a bundled Lambda exports: handlers over the real services, made from a definition and the environment. */

import { setTimeout as pause } from "node:timers/promises";
import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { defined } from "../../../base/assert.ts";
import { planPipeline } from "../../../plan/plan-pipeline.ts";
import type { StreamPlan } from "../../../plan/plan.ts";
import { openCheck } from "./check.ts";
import type { ProxyAnswer } from "./proxy-event.ts";
import type { Records } from "./put-records.ts";
import { type FirehoseAnswer, type FirehoseEvent, openTransform } from "./transform.ts";

/** `environment` is the Lambda's: MILLRACE_STREAM and MILLRACE_ERROR_BUCKET, as the stack sets them. */
export function checkHandler(
  definition: unknown,
  stream: string,
  environment: Readonly<Record<string, string | undefined>>,
): (event: unknown) => Promise<ProxyAnswer> {
  const s3 = new S3Client({ forcePathStyle: environment["MILLRACE_S3_PATH_STYLE"] === "true" });
  // S3's way to speak HTTP/1.1, for both: every endpoint knows it, while Kinesis' own wants HTTP/2.
  const kinesis = new KinesisClient({ requestHandler: s3.config.requestHandler });
  const StreamName = defined(environment["MILLRACE_STREAM"], "the stack names the stream");
  const Bucket = defined(environment["MILLRACE_ERROR_BUCKET"], "the stack names the bucket");
  return openCheck({
    stream: planOf(definition, stream),
    records: toRecords(kinesis, StreamName),
    errors: {
      put: async (Key, Body) => {
        const ContentType = "application/json";
        await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType }));
      },
    },
    now: Date.now,
    count: countDeadLetters,
  });
}

export function transformHandler(
  definition: unknown,
  stream: string,
): (event: FirehoseEvent) => Promise<FirehoseAnswer> {
  const transform = openTransform(planOf(definition, stream));
  return (event) => Promise.resolve(transform(event));
}

function toRecords(kinesis: KinesisClient, StreamName: string): Records {
  return {
    sleep: (ms) => pause(ms),
    put: async (batch) => {
      const Records = batch.map(({ data, key }) => ({ Data: data, PartitionKey: key }));
      const answer = await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
      return (answer.Records ?? []).map(({ ShardId, SequenceNumber }) =>
        ShardId === undefined || SequenceNumber === undefined
          ? undefined
          : { shard: ShardId, sequence: SequenceNumber },
      );
    },
  };
}

function planOf(definition: unknown, stream: string): StreamPlan {
  // The file's own place means nothing in a bundle; models and sources are not looked at here.
  const { streams } = planPipeline(definition, "/var/task/pipeline.ts");
  const found = streams.find(({ name }) => name === stream);
  return defined(found, "the bundle was made for a stream of the definition");
}

/** CloudWatch's embedded metric format: written past Lambda's own JSON log, which would wrap it. */
function countDeadLetters(stream: string, deadLetters: number): void {
  const metric = {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: "Millrace",
          Dimensions: [["Stream"]],
          Metrics: [{ Name: "DeadLetters", Unit: "Count" }],
        },
      ],
    },
    Stream: stream,
    DeadLetters: deadLetters,
  };
  process.stdout.write(`${JSON.stringify(metric)}\n`);
}
