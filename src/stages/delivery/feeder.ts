/** Adds a frame's records to a batch: as they are, or by way of the stream's Lambda handler. */

import type { StreamPlan } from "../../plan/plan.ts";
import type { Frame } from "../../seams/consume.ts";
import type { Batch } from "./encode/encoder.ts";
import type { LambdaRecord } from "./lambda/contract.ts";
import { openLambdaTransform, type LambdaTransform } from "./lambda/transform.ts";

export interface Stretch {
  readonly frame: Frame;
  readonly from: number;
  readonly to: number;
}

export interface Feeder extends AsyncDisposable {
  /** Nothing to wait for where no handler runs. Rejects with LAMBDA_UNUSABLE and when stopped: nothing is added then. */
  feed(batch: Batch, stretch: Stretch): Promise<void> | undefined;
}

export interface FeederOptions {
  readonly stream: StreamPlan;
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Delivery is being stopped: what was begun is begun again by the next life. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

export function openFeeder({ stream, signal, sleep }: FeederOptions): Feeder {
  const { lambda } = stream.deliver;
  if (lambda === undefined) {
    return {
      feed(batch, { frame, from, to }) {
        batch.add(frame, from, to);
        return undefined;
      },
      [Symbol.asyncDispose]: async () => {},
    };
  }
  const transform = openLambdaTransform({ lambda, facts: factsOf(stream), sleep });
  return {
    feed: (batch, stretch) => feedTransformed(batch, stretch, { transform, signal }),
    [Symbol.asyncDispose]: () => transform[Symbol.asyncDispose](),
  };
}

async function feedTransformed(
  batch: Batch,
  { frame, from, to }: Stretch,
  { transform, signal }: { readonly transform: LambdaTransform; readonly signal: AbortSignal },
): Promise<void> {
  const records = Array.from({ length: to - from }, (_none, place) =>
    toRecord(frame, from + place),
  );
  const results = await transform.run(records, signal);
  if (results === undefined) {
    throw new Stopped("Delivery is being stopped.");
  }
  batch.addOutcomes(
    frame,
    from,
    results.map(({ outcome }) => outcome),
  );
}

const SEQUENCE_DIGITS = 20;

function toRecord(frame: Frame, index: number): LambdaRecord {
  const { shard, firstSequence, acceptedAt, bytes, starts, ends, keys } = frame;
  const sequenceNumber = String(firstSequence + index);
  return {
    id: `${String(shard).padStart(6, "0")}${sequenceNumber.padStart(SEQUENCE_DIGITS, "0")}`,
    arrivedAt: acceptedAt,
    data: bytes.subarray(starts[index], ends[index]),
    kinesis: {
      shardId: `shardId-${String(shard).padStart(12, "0")}`,
      partitionKey: keys?.[index] ?? "",
      sequenceNumber,
      subsequenceNumber: 0,
    },
  };
}

function factsOf({ name }: StreamPlan): {
  deliveryStreamArn: string;
  region: string;
  sourceKinesisStreamArn: string;
} {
  const region = "us-east-1";
  return {
    region,
    deliveryStreamArn: `arn:aws:firehose:${region}:000000000000:deliverystream/${name}`,
    sourceKinesisStreamArn: `arn:aws:kinesis:${region}:000000000000:stream/${name}`,
  };
}
