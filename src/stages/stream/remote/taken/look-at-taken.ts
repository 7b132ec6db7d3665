/** Looks at what was taken of a Kinesis stream once more: what was noted of it, and its newest records themselves. */

import { causeOf, Fault } from "../../../../base/faults.ts";
import type { Frame, Position, StreamReader } from "../../../../seams/consume.ts";
import { type RemoteStream, shardNumber } from "../client.ts";
import type { Marks } from "../marks.ts";
import type { ReadAgain, SourceTruth } from "../../../../seams/taken.ts";
import type { NewestBatch } from "./taken-tables.ts";
import { originText } from "../place.ts";

export interface TakenLook {
  readonly remote: Pick<RemoteStream, "stream" | "iterator" | "records">;
  readonly marks: Marks;
  readonly openEvents: () => Promise<StreamReader>;
  readonly openLetters: () => Promise<StreamReader>;
  /** Whether the newest records of each shard are read once more. */
  readonly again: boolean;
}

const READ_BYTES = 4_194_304;
/** A batch stands right behind the place that was noted with it; nothing is looked for further off. */
const LOOK_BYTES = 67_108_864;

/** Never throws for what it cannot see: that is told as unknown. */
export async function lookAtTaken(look: TakenLook): Promise<SourceTruth> {
  const { marks, remote } = look;
  const runs = marks.runs(remote.stream);
  const unknown = marks
    .lost(remote.stream)
    .map(
      ({ shard, from, to }) =>
        `${shard}: what was claimed behind ${from ?? "its beginning"} up to ${to} was gone from Kinesis before it was brought in, and how much that was is not known`,
    );
  unknown.push(...marks.doubts(remote.stream));
  const again: ReadAgain[] = [];
  for (const newest of look.again ? marks.newest(remote.stream) : []) {
    try {
      again.push(await readAgain(look, newest));
    } catch (thrown) {
      unknown.push(`${newest.shard} could not be read again: ${causeOf(thrown)}`);
    }
  }
  return { runs, again, unknown };
}

async function readAgain(look: TakenLook, newest: NewestBatch): Promise<ReadAgain> {
  const { shard } = newest;
  const sequences = await sequencesOf(look, newest);
  const missing = new Set(sequences);
  const { stream } = look.remote;
  const names = new Map(
    sequences.map((sequence) => [
      originText({ stream, shard: shardNumber(shard), name: sequence }),
      sequence,
    ]),
  );
  const strike = (origin: string): boolean => {
    // A record of several lines is one record.
    const sequence = names.get(origin) ?? names.get(origin.replace(/-\d+$/, ""));
    missing.delete(sequence ?? "");
    return missing.size === 0;
  };
  const whole =
    (await strikeAll(await look.openEvents(), newest.events, strike)) &&
    (await strikeAll(await look.openLetters(), newest.letters, strike));
  // What the log has delivered and forgotten cannot be looked for in it.
  return whole
    ? { shard, records: sequences.length, missing: [...missing] }
    : { shard, records: 0, missing: [] };
}

/** What is still there of a batch; fewer than were taken where Kinesis has forgotten some. */
async function sequencesOf(
  { remote }: TakenLook,
  { shard, from, to, records }: NewestBatch,
): Promise<readonly string[]> {
  const found: string[] = [];
  let iterator: string | undefined = await remote.iterator(shard, from);
  // A page may be empty in the middle of a shard, but not for ever.
  for (let empty = 0; iterator !== undefined && found.length < records && empty < 10;) {
    const page = await remote.records(iterator);
    if (page === "expired") {
      throw new Fault("STREAM_UNREACHABLE", { stream: remote.stream, cause: "it was too slow" });
    }
    const mine = page.records.filter(({ sequence }) => BigInt(sequence) <= BigInt(to));
    found.push(...mine.map(({ sequence }) => sequence));
    if (mine.length < page.records.length || found.at(-1) === to) {
      break;
    }
    empty = page.records.length === 0 ? empty + 1 : 0;
    iterator = page.next;
  }
  return found;
}

/** Tells every origin behind `from` until `strike` has enough. False where the log has forgotten that place. */
async function strikeAll(
  opened: StreamReader,
  from: Position,
  strike: (origin: string) => boolean,
): Promise<boolean> {
  await using reader = opened;
  try {
    for await (const { keys } of framesOf(reader, from)) {
      if (keys?.some(strike) === true) {
        return true;
      }
    }
    return true;
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "STREAM_POSITION_GONE") {
      return false;
    }
    throw thrown;
  }
}

async function* framesOf(reader: StreamReader, from: Position): AsyncGenerator<Frame> {
  let bytes = 0;
  for (let at = from; bytes < LOOK_BYTES;) {
    const frames = await reader.read(at, READ_BYTES);
    const last = frames.at(-1);
    if (last === undefined) {
      return;
    }
    for (const frame of frames) {
      bytes += (frame.ends[frame.count - 1] ?? 0) - (frame.starts[0] ?? 0);
      yield frame;
    }
    at = last.next;
  }
}
