/** Records with their ids on their way through the window, and parts of them. Pure. */

import type { RecordBatch } from "../../../seams/append.ts";
import type { IdTexts } from "../../../seams/check.ts";

export interface Arrival {
  readonly batch: RecordBatch;
  /** One for each record of the batch. */
  readonly ids: IdTexts;
  /** What happens to a known id with another record: it is the newer word, or the whole batch is refused. */
  readonly revisions: "append" | "refuse";
}

/** The records at `places`, over the same bytes. */
export function pickRecords(batch: RecordBatch, places: readonly number[]): RecordBatch {
  const { bytes, hashes, ids, keys } = batch;
  return {
    count: places.length,
    bytes,
    starts: Uint32Array.from(places, (place) => batch.starts[place] ?? 0),
    ends: Uint32Array.from(places, (place) => batch.ends[place] ?? 0),
    hashes: hashes === undefined ? undefined : pickHashes(hashes, places),
    ids: ids === undefined ? undefined : places.map((place) => ids[place] ?? ""),
    keys: keys === undefined ? undefined : places.map((place) => keys[place] ?? ""),
  };
}

function pickHashes(hashes: Uint32Array, places: readonly number[]): Uint32Array {
  const picked = new Uint32Array(4 * places.length);
  for (const [index, place] of places.entries()) {
    picked.set(hashes.subarray(4 * place, 4 * place + 4), 4 * index);
  }
  return picked;
}

/** The records at `places` in memory of their own: the check lends its bytes only until it is called again. */
export function copyArrival(arrival: Arrival, places: readonly number[]): Arrival {
  const { batch, ids, revisions } = arrival;
  const picked = pickRecords(batch, places);
  const records = places.map((_place, index) =>
    batch.bytes.subarray(picked.starts[index], picked.ends[index]),
  );
  const texts = places.map((place) => idBytes(ids, place));
  const { bytes, ends } = join(records);
  const { starts } = picked;
  records.forEach(({ length }, index) => {
    starts[index] = (ends[index] ?? 0) - length;
  });
  return { batch: { ...picked, bytes, ends }, ids: join(texts), revisions };
}

/** Id number `place` as a view. */
export function idBytes({ bytes, ends }: IdTexts, place: number): Buffer {
  return bytes.subarray(place === 0 ? 0 : ends[place - 1], ends[place]);
}

/** Ids as their texts; `count` of them. */
export function idStrings({ bytes, ends }: IdTexts, count: number): readonly string[] {
  let start = 0;
  return Array.from({ length: count }, (_none, index) => {
    const end = ends[index] ?? start;
    const text = bytes.toString("utf8", start, end);
    start = end;
    return text;
  });
}

export function toIdTexts(ids: readonly string[]): IdTexts {
  return join(ids.map((id) => Buffer.from(id)));
}

function join(parts: readonly Buffer[]): IdTexts {
  let end = 0;
  const ends = Uint32Array.from(parts, ({ length }) => (end += length));
  return { bytes: Buffer.concat(parts), ends };
}
