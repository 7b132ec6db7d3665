/** SubscribeToShard: a shard's records pushed as they come, for five minutes. */

import { readModel } from "../../../../wire/shapes/read-model.ts";
import type { WireEvent } from "../../../../wire/service.ts";
import type { LiveStream } from "../catalog/live-stream.ts";
import { findConsumer } from "../resources/consumers.ts";
import { refuseDryRun } from "../dry-run.ts";
import { ACCOUNT, notFound } from "../faults.ts";
import { MODEL } from "../model/model.ts";
import { fromShardId, toShardId } from "../names.ts";
import { specialOperation, type Kinesis } from "../operation.ts";
import { findPlace } from "../records/find-place.ts";
import { readShard, type Place, type ShardRead } from "../records/read-shard.ts";
import { isShardEnd, standOf, toRecords } from "../records/record-view.ts";
import { sequenceBase, startingNumber, toSequenceNumber } from "../records/sequence-number.ts";
import { childrenOf, timeOf } from "../describe/shard-view.ts";
import type { ShardRow } from "../../shards.ts";

interface Input {
  readonly ConsumerARN: string;
  readonly ShardId: string;
  readonly StartingPosition: {
    readonly Type: string;
    readonly SequenceNumber?: string;
    readonly Timestamp?: number;
  };
  readonly DryRun?: boolean;
}

const EVENT = MODEL.structure("SubscribeToShardEvent");
const NOTHING = readModel("Nothing = { }").structure("Nothing");
/** The client gets to see that the line is alive. */
const QUIET_MS_MAX = 5000;
const LIMITS = { recordsMax: 10_000, bytesMax: 2_097_152 };

export const subscribeToShard = specialOperation<Input>(
  "SubscribeToShard",
  async (kinesis, input, call) => {
    refuseDryRun(input);
    const { stream } = findConsumer(kinesis.catalog, { ConsumerARN: input.ConsumerARN });
    const row = stream.log.shards[fromShardId(input.ShardId) ?? -1];
    if (row === undefined) {
      throw notFound(
        `Shard ${input.ShardId} in stream ${stream.name} under account ${ACCOUNT} does not exist`,
      );
    }
    const { Type: type, SequenceNumber: number, Timestamp: time } = input.StartingPosition;
    const start = { type, number, time, called: "StartingSequenceNumber" };
    const place = await findPlace(stream, row, { start, now: kinesis.clock.now() });
    const held = kinesis.subscriptions.begin(`${input.ConsumerARN}/${toShardId(row.shard)}`);
    const signal = AbortSignal.any([call.signal, held.signal]);
    return {
      events: subscription({ kinesis, stream, row }, { place, signal, end: () => held.end() }),
    };
  },
);

async function* subscription(
  { kinesis, stream, row }: { kinesis: Kinesis; stream: LiveStream; row: ShardRow },
  { place: from, signal, end }: { place: Place; signal: AbortSignal; end: () => void },
): AsyncGenerator<WireEvent> {
  try {
    yield { type: "initial-response", output: {}, shape: NOTHING };
    await using reader = await stream.openReader();
    const until = kinesis.clock.now() + kinesis.subscriptionMs;
    let place = from;
    for (;;) {
      const stand = standOf(stream, row.shard);
      const read = await readShard(reader, place, LIMITS);
      ({ place } = read);
      const ended = isShardEnd(stand, read);
      yield toEvent({ stream, row, now: kinesis.clock.now() }, read, ended);
      const left = until - kinesis.clock.now();
      if (ended || signal.aborted || left <= 0) {
        return;
      }
      if (read.behind === undefined) {
        await reader.wait(place.position, Math.min(left, QUIET_MS_MAX), signal);
      }
    }
  } finally {
    end();
  }
}

function toEvent(
  { stream, row, now }: { stream: LiveStream; row: ShardRow; now: number },
  { records, place, behind }: ShardRead,
  ended: boolean,
): WireEvent {
  const last = records.at(-1);
  const base = sequenceBase(timeOf(row), last?.acceptedAt ?? row.since ?? 0);
  const sequence = last?.sequence ?? place.next - 1;
  const number = sequence < 1 ? startingNumber(timeOf(row)) : toSequenceNumber(base, sequence);
  const output = {
    Records: toRecords(stream, row, records),
    // The model has it required, but at a shard's end there is nothing to go on from: AWS leaves it
    // out, and its client library takes an event with both it and children for a broken one.
    ContinuationSequenceNumber: ended ? undefined : number,
    MillisBehindLatest: behind === undefined ? 0 : Math.max(0, now - behind),
    ChildShards: ended ? childrenOf(stream.log.shards, row.shard) : undefined,
  };
  return { type: "SubscribeToShardEvent", output, shape: EVENT };
}
