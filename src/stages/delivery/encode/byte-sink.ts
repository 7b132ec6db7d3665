/** Bytes of an object in the making: written into blocks that are used again once the object is stored. */

const BLOCK_BYTES = 1_048_576;

/** Blocks that wait to be used again; a fresh one costs the kernel a page fault per 4 KiB. */
export class BlockPool {
  readonly #free: Buffer[] = [];
  readonly #blockBytes: number;
  readonly #blocksMax: number;

  /** Keeps up to `bytesMax` bytes of free blocks. */
  constructor(bytesMax: number, blockBytes = BLOCK_BYTES) {
    this.#blockBytes = blockBytes;
    this.#blocksMax = Math.floor(bytesMax / blockBytes);
  }

  take(bytes: number): Buffer {
    const block = bytes <= this.#blockBytes ? this.#free.pop() : undefined;
    return block ?? Buffer.allocUnsafeSlow(Math.max(bytes, this.#blockBytes));
  }

  give(block: Buffer): void {
    if (block.length === this.#blockBytes && this.#free.length < this.#blocksMax) {
      this.#free.push(block);
    }
  }
}

/** Of a sink that was given nothing, as that of failed records most often is. */
const NOTHING: Buffer = Buffer.alloc(0);

export class ByteSink {
  /** Hot loops write into `block` from `at` on, after `reserve`, and put `at` forward themselves. */
  block: Buffer = NOTHING;
  at = 0;
  readonly #pool: BlockPool;
  readonly #full: Buffer[] = [];
  readonly #taken: Buffer[] = [];

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  /** Makes room for `bytes` in one piece. */
  reserve(bytes: number): void {
    if (this.block.length - this.at >= bytes) {
      return;
    }
    this.#seal();
    this.block = this.#pool.take(bytes);
    this.#taken.push(this.block);
    this.at = 0;
  }

  text(text: string): void {
    // A UTF-16 unit is at most three bytes of UTF-8.
    this.reserve(text.length * 3);
    this.at += this.block.write(text, this.at);
  }

  bytes(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    this.block.set(source.subarray(start, end), this.at);
    this.at += end - start;
  }

  /** Everything written, as views of the blocks; valid until `release`. */
  chunks(): readonly Buffer[] {
    this.#seal();
    this.at = 0;
    this.block = NOTHING;
    return this.#full;
  }

  /** Gives the blocks back; the chunks must no longer be read. */
  release(): void {
    this.#taken.splice(0).forEach((block) => this.#pool.give(block));
  }

  #seal(): void {
    if (this.at > 0) {
      this.#full.push(this.block.subarray(0, this.at));
    }
  }
}
