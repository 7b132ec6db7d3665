/** Which record's transform runs now, in memory that another thread reads: it tells who hangs when nobody answers. */

export interface MarkedRecord {
  /** Place of the stream in the thread's list of them. */
  readonly stream: number;
  readonly shard: number;
  readonly sequence: number;
}

/** Cells of the shared memory; `stream` is one more than the place, and 0 while no transform runs. */
const [STREAM, SHARD, HIGH, LOW] = [0, 1, 2, 3];
const CELLS = 4;
const BASE = 2 ** 31;

export function newMark(): SharedArrayBuffer {
  return new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT);
}

/** Notes the record whose transform begins; some 20 ns. */
export function setMark(cells: Int32Array, { stream, shard, sequence }: MarkedRecord): void {
  cells[SHARD] = shard;
  cells[HIGH] = Math.floor(sequence / BASE);
  cells[LOW] = sequence % BASE;
  // Atomically, and last: whoever sees it sees the other cells as well.
  Atomics.store(cells, STREAM, stream + 1);
}

export function clearMark(cells: Int32Array): void {
  Atomics.store(cells, STREAM, 0);
}

/** The record whose transform runs, or ran when its thread ended. */
export function readMark(cells: Int32Array): MarkedRecord | undefined {
  const stream = Atomics.load(cells, STREAM);
  if (stream === 0) {
    return undefined;
  }
  const [shard = 0, high = 0, low = 0] = [cells[SHARD], cells[HIGH], cells[LOW]];
  return { stream: stream - 1, shard, sequence: high * BASE + low };
}
