/** Puts records into Kinesis in batches within its limits, and what it refuses again, after a wait that grows. */

import { Fault } from "../../../base/faults.ts";

export interface PutOne {
  readonly data: Buffer;
  readonly key: string;
  /** The event's id, where the definition names one. */
  readonly id: string | undefined;
}

export interface Place {
  readonly shard: string;
  readonly sequence: string;
}

export interface Records {
  /** Places of a batch's records in order; undefined for each that was refused. */
  put(batch: readonly PutOne[]): Promise<readonly (Place | undefined)[]>;
  readonly sleep: (ms: number) => Promise<void>;
}

/** PutRecords' own limits (API reference, 2025-10): records, and bytes with their keys. */
const RECORDS_MAX = 500;
const BYTES_MAX = 10_485_760;
const ATTEMPTS = 6;
const FIRST_WAIT_MS = 50;

/** Resolves to every record's place, in order. Throws STREAM_BUSY when some are refused again and again. */
export async function putAll(records: readonly PutOne[], to: Records): Promise<readonly Place[]> {
  const places: (Place | undefined)[] = records.map(() => undefined);
  let waiting = [...records.keys()];
  for (let attempt = 0; waiting.length > 0; attempt += 1) {
    if (attempt === ATTEMPTS) {
      throw new Fault("STREAM_BUSY", { stream: "Kinesis", bytes: waiting.length });
    }
    if (attempt > 0) {
      await to.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1));
    }
    for (const batch of batchesOf(waiting, records)) {
      const answers = await to.put(batch.flatMap((index) => records[index] ?? []));
      for (const [at, index] of batch.entries()) {
        places[index] = answers[at];
      }
    }
    waiting = waiting.filter((index) => places[index] === undefined);
  }
  return places.filter((place) => place !== undefined);
}

function batchesOf(waiting: readonly number[], records: readonly PutOne[]): number[][] {
  const batches: number[][] = [];
  let bytes = Infinity;
  for (const index of waiting) {
    const { data, key } = records[index] ?? { data: Buffer.alloc(0), key: "" };
    const size = data.length + Buffer.byteLength(key);
    const last = batches.at(-1);
    if (last === undefined || last.length === RECORDS_MAX || bytes + size > BYTES_MAX) {
      batches.push([index]);
      bytes = size;
    } else {
      last.push(index);
      bytes += size;
    }
  }
  return batches;
}
