/** Gathers the chunks of one body within its limits, and gives back all it took. */

import { Fault } from "../../../base/faults.ts";
import type { BufferPool } from "./buffer-pool.ts";
import type { ByteBudget } from "./budget.ts";

const EMPTY = Buffer.alloc(0);

export interface CollectorOptions {
  readonly budget: ByteBudget;
  readonly pool: BufferPool;
  readonly bytesMax: number;
  /** The length the client announced for these very bytes; reserved at once. */
  readonly announced: number | undefined;
}

/** Throws BODY_TOO_LARGE and GATEWAY_BUSY; whoever opens it releases it. */
export class Collector {
  readonly #options: CollectorOptions;
  #reserved = 0;
  #filled = 0;
  /** The only chunk so far: most bodies are one, and are never copied. */
  #whole: Buffer | undefined;
  #pooled: Buffer | undefined;
  #released = false;

  constructor(options: CollectorOptions) {
    this.#options = options;
    if (options.announced !== undefined) {
      this.#grow(options.announced);
    }
  }

  add(chunk: Buffer): void {
    const { announced, pool } = this.#options;
    if (this.#released) {
      return;
    }
    const filled = this.#filled + chunk.length;
    this.#grow(filled - this.#reserved);
    if (this.#filled === 0) {
      this.#whole = chunk;
    } else {
      const target = this.#roomFor(filled, announced ?? filled * 2, pool);
      chunk.copy(target, this.#filled);
    }
    this.#filled = filled;
  }

  /** The bytes gathered; they are the caller's until release. */
  bytes(): Buffer {
    return this.#whole ?? this.#pooled?.subarray(0, this.#filled) ?? EMPTY;
  }

  release(): void {
    if (this.#released) {
      return;
    }
    this.#released = true;
    this.#options.budget.give(this.#reserved);
    this.#whole = undefined;
    if (this.#pooled !== undefined) {
      this.#options.pool.give(this.#pooled);
      this.#pooled = undefined;
    }
  }

  #grow(more: number): void {
    const { budget, bytesMax } = this.#options;
    if (more <= 0) {
      return;
    }
    if (this.#reserved + more > bytesMax) {
      throw new Fault("BODY_TOO_LARGE", { bytesMax });
    }
    if (!budget.take(more)) {
      throw new Fault("GATEWAY_BUSY");
    }
    this.#reserved += more;
  }

  /** A pooled buffer for `needed` bytes that holds what was gathered so far. */
  #roomFor(needed: number, wanted: number, pool: BufferPool): Buffer {
    if (this.#pooled !== undefined && this.#pooled.length >= needed) {
      return this.#pooled;
    }
    const wider = pool.take(Math.max(needed, wanted));
    this.bytes().copy(wider);
    if (this.#pooled !== undefined) {
      pool.give(this.#pooled);
    }
    this.#whole = undefined;
    this.#pooled = wider;
    return wider;
  }
}
