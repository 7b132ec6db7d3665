/** Bytes that come at one end and go at the other, in one piece of memory that is used again and again. */

const BYTES_AT_FIRST = 1_048_576;

export class GrowingBuffer {
  #memory = Buffer.allocUnsafeSlow(BYTES_AT_FIRST);
  #from = 0;
  #to = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  /** What is held; valid until the next append. */
  view(): Buffer {
    return this.#memory.subarray(this.#from, this.#to);
  }

  /** What is held, as a copy of its own, and then nothing. */
  take(): Buffer {
    const taken = Buffer.from(this.view());
    this.drop(this.length);
    return taken;
  }

  append(bytes: Buffer): void {
    if (this.#to + bytes.length > this.#memory.length) {
      this.#makeRoom(this.length + bytes.length);
    }
    bytes.copy(this.#memory, this.#to);
    this.#to += bytes.length;
  }

  /** Forgets the first bytes. */
  drop(bytes: number): void {
    this.#from += bytes;
    if (this.#from === this.#to) {
      this.#from = 0;
      this.#to = 0;
    }
  }

  #makeRoom(wanted: number): void {
    const held = this.view();
    // Moving within the same memory is only worth it while at least half of it becomes free again.
    if (wanted * 2 > this.#memory.length) {
      this.#memory = Buffer.allocUnsafeSlow(wanted * 2);
    }
    held.copy(this.#memory, 0);
    this.#to = held.length;
    this.#from = 0;
  }
}
