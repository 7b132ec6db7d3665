/** Reads one shard's records out of a log that holds all shards, within bounds of records, bytes and work. */

import type { Position } from "../../../../seams/consume.ts";
import { Fault } from "../../../../base/faults.ts";
import type { LogReader } from "../../reader.ts";

export interface ReadRecord {
  readonly sequence: number;
  readonly acceptedAt: number;
  /** The reader's bytes, copied. */
  readonly data: Buffer;
  readonly key: string | undefined;
}

export interface Place {
  readonly shard: number;
  readonly position: Position;
  readonly next: number;
}

export interface ReadLimits {
  readonly recordsMax: number;
  readonly bytesMax: number;
}

export interface ShardRead {
  readonly records: readonly ReadRecord[];
  readonly place: Place;
  /** When what was read last was accepted; undefined at the end of what is durable. */
  readonly behind: number | undefined;
}

/** What one call may look at, records of other shards included; the next call goes on from there. */
const LOOK_BYTES_MAX = 33_554_432;
const CHUNK_BYTES_MIN = 262_144;
const CHUNK_BYTES_MAX = 4_194_304;

export async function readShard(
  reader: LogReader,
  place: Place,
  limits: ReadLimits,
): Promise<ShardRead> {
  const taken = new Taken(place, limits);
  let at = await retained(reader, place.position);
  let looked = 0;
  let chunk = CHUNK_BYTES_MIN;
  let behind: number | undefined;
  while (looked < LOOK_BYTES_MAX) {
    const newest = await reader.newest();
    const frames = await reader.read(at, chunk);
    if (frames.length === 0) {
      behind = undefined;
      // Behind the last record there may be marks of the log itself: who waits here must not wait for them.
      at = offsetOf(newest) > offsetOf(at) ? newest : at;
      break;
    }
    for (const frame of frames) {
      behind = frame.acceptedAt;
      if (frame.shard === place.shard && !taken.take(frame)) {
        return {
          records: taken.records,
          place: { ...place, position: at, next: taken.next },
          behind,
        };
      }
      looked += frame.bytes.length;
      at = frame.next;
    }
    chunk = Math.min(CHUNK_BYTES_MAX, chunk * 2);
  }
  return { records: taken.records, place: { ...place, position: at, next: taken.next }, behind };
}

/** The place itself, or the oldest one when retention has overtaken it. Throws STREAM_POSITION_GONE for another log. */
async function retained(reader: LogReader, position: Position): Promise<Position> {
  const oldest = await reader.oldest();
  if (logOf(oldest) !== logOf(position)) {
    throw new Fault("STREAM_POSITION_GONE", { stream: "", position, oldest });
  }
  return offsetOf(position) < offsetOf(oldest) ? oldest : position;
}

function logOf(position: Position): string {
  return position.slice(0, position.indexOf("."));
}

function offsetOf(position: Position): number {
  return Number(position.slice(position.indexOf(".") + 1));
}

type Frame = Awaited<ReturnType<LogReader["read"]>>[number];

class Taken {
  readonly records: ReadRecord[] = [];
  next: number;
  readonly #limits: ReadLimits;
  #bytes = 0;

  constructor({ next }: Place, limits: ReadLimits) {
    this.next = next;
    this.#limits = limits;
  }

  /** Takes what it may of a frame; false when there is no more room. */
  take(frame: Frame): boolean {
    const { recordsMax, bytesMax } = this.#limits;
    for (let i = Math.max(0, this.next - frame.firstSequence); i < frame.count; i += 1) {
      const data = frame.bytes.subarray(frame.starts[i], frame.ends[i]);
      const full = this.records.length > 0 && this.#bytes + data.length > bytesMax;
      if (full || this.records.length >= recordsMax) {
        return false;
      }
      const sequence = frame.firstSequence + i;
      const { acceptedAt } = frame;
      this.records.push({ sequence, acceptedAt, data: Buffer.from(data), key: frame.keys?.[i] });
      this.#bytes += data.length;
      this.next = sequence + 1;
    }
    return true;
  }
}
