/** Buffers for bodies, used again: a fresh 200 KB one costs 50 page faults, as much as the rest of the request. */

const SMALLEST_LOG2 = 16;

export class BufferPool {
  readonly #idleBytesMax: number;
  readonly #idle = new Map<number, Buffer[]>();
  #idleBytes = 0;

  constructor(idleBytesMax: number) {
    this.#idleBytesMax = idleBytesMax;
  }

  /** A buffer of at least `bytes`; what it holds is undefined. */
  take(bytes: number): Buffer {
    const size = sizeFor(bytes);
    const idle = this.#idle.get(size)?.pop();
    if (idle === undefined) {
      return Buffer.allocUnsafeSlow(size);
    }
    this.#idleBytes -= size;
    return idle;
  }

  /** Gives back what `take` gave; nobody may look at it any more. */
  give(buffer: Buffer): void {
    const size = buffer.length;
    if (this.#idleBytes + size > this.#idleBytesMax) {
      return;
    }
    const row = this.#idle.get(size);
    if (row === undefined) {
      this.#idle.set(size, [buffer]);
    } else {
      row.push(buffer);
    }
    this.#idleBytes += size;
  }
}

/** The power of two that holds `bytes`, so that few sizes serve all. */
function sizeFor(bytes: number): number {
  return 2 ** Math.max(SMALLEST_LOG2, Math.ceil(Math.log2(Math.max(1, bytes))));
}
