/** Records through the processors of a delivery stream, in Firehose's order: what is to be delivered, and what failed. */

import type { Jq } from "../partition/jq.ts";
import type { LambdaTransform } from "../../lambda/transform.ts";
import type { FailedDocument } from "../../lambda/contract.ts";
import type { Steps } from "../config/destination.ts";
import { type FailedItem, gunzipItem, type Item, type SourceRecord, toItem } from "./records.ts";
import { toLogMessages } from "./records.ts";
import { splitRecord } from "./sub-records.ts";

export interface ProcessMeans {
  readonly steps: Steps;
  /** Given where `steps` have a Lambda function. */
  readonly lambda: LambdaTransform | undefined;
  readonly jq: Jq;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface Processed {
  readonly items: readonly Item[];
  readonly failed: readonly FailedItem[];
}

/** Undefined when stopped on the way. Throws LAMBDA_UNUSABLE: nothing is decided then. */
export async function processRecords(
  records: readonly SourceRecord[],
  means: ProcessMeans,
): Promise<Processed | undefined> {
  const failed: FailedItem[] = [];
  const prepared = prepare(records.map(toItem), means, failed);
  const transformed = await transform(prepared, means, failed);
  if (transformed === undefined) {
    return undefined;
  }
  const keyed = await extractKeys(transformed, means, failed);
  return { items: append(keyed, means.steps.delimiter), failed };
}

/** The steps that need nobody else: decompression, log messages, sub-records. */
function prepare(items: readonly Item[], means: ProcessMeans, failed: FailedItem[]): Item[] {
  const { gunzip, logMessages, subRecords } = means.steps;
  const keep = (item: Item, made: Item | undefined | string, code: string): Item[] => {
    if (typeof made === "string") {
      failed.push(failure(item, means.now(), { code, message: made }));
      return [];
    }
    return made === undefined ? [] : [made];
  };
  let now = items;
  if (gunzip) {
    now = now.flatMap((item) => keep(item, gunzipItem(item), "Decompression.Failed"));
  }
  if (logMessages) {
    now = now.flatMap((item) => keep(item, toLogMessages(item), "CloudWatchLogProcessing.Failed"));
  }
  if (subRecords === undefined) {
    return [...now];
  }
  return now.flatMap((item) => {
    const parts = splitRecord(item.data, subRecords);
    return typeof parts === "string"
      ? keep(item, parts, "RecordDeAggregation.Failed")
      : parts.map((data) => ({ ...item, data }));
  });
}

async function transform(
  items: readonly Item[],
  { steps, lambda, signal }: ProcessMeans,
  failed: FailedItem[],
): Promise<readonly Item[] | undefined> {
  if (lambda === undefined || steps.lambda === undefined) {
    return items;
  }
  const { arn } = steps.lambda;
  const sent = items.map(({ source, data }, place) => ({
    ...source,
    id: `${source.id}.${place}`,
    data,
  }));
  const results = await lambda.run(sent, signal);
  return results?.flatMap(({ outcome, attempts, endedAt }, place): Item[] => {
    const item = items[place] as Item; // One result per item, in order.
    switch (outcome.kind) {
      case "ok":
        return [{ ...item, data: outcome.data, lambda: new Map(Object.entries(outcome.keys)) }];
      case "dropped":
        return [];
      case "failed": {
        const line: FailedDocument = {
          attemptsMade: attempts,
          arrivalTimestamp: item.source.arrivedAt,
          errorCode: outcome.code,
          errorMessage: outcome.message,
          attemptEndingTimestamp: endedAt,
          rawData: item.data.toString("base64"),
          lambdaArn: arn,
        };
        failed.push({ type: "processing-failed", arrivedAt: item.source.arrivedAt, line });
        return [];
      }
    }
  });
}

async function extractKeys(
  items: readonly Item[],
  { steps, jq, now }: ProcessMeans,
  failed: FailedItem[],
): Promise<readonly Item[]> {
  if (steps.query === undefined) {
    return items;
  }
  const data = items.map((item) => item.data);
  const extracted = await jq.extract(steps.query, data);
  return items.flatMap((item, place): Item[] => {
    const found = extracted[place];
    if (found !== undefined && "keys" in found) {
      return [{ ...item, query: found.keys }];
    }
    const code = "DynamicPartitioning.MetadataExtractionFailed";
    failed.push(failure(item, now(), { code, message: found?.says ?? "" }));
    return [];
  });
}

/** The line of a record that a step of Firehose's own could not take. */
export function failure(
  { source }: Item,
  now: number,
  why: { readonly code: string; readonly message: string; readonly type?: FailedItem["type"] },
): FailedItem {
  const line = {
    attemptsMade: 1,
    arrivalTimestamp: source.arrivedAt,
    errorCode: why.code,
    errorMessage: why.message,
    attemptEndingTimestamp: now,
    rawData: source.data.toString("base64"),
    ...(source.kinesis && {
      sequenceNumber: source.kinesis.sequenceNumber,
      subSequenceNumber: source.kinesis.subsequenceNumber,
    }),
  };
  return { type: why.type ?? "processing-failed", arrivedAt: source.arrivedAt, line };
}

function append(items: readonly Item[], delimiter: string | undefined): readonly Item[] {
  if (delimiter === undefined) {
    return items;
  }
  const bytes = Buffer.from(delimiter, "base64");
  return items.map((item) => ({ ...item, data: Buffer.concat([item.data, bytes]) }));
}
