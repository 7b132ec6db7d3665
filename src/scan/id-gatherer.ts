/** Gathers the event ids of many records as one text, which costs a copy of a few bytes for each. */

const IDS_AT_FIRST = 512;
const BYTES_AT_FIRST = 16_384;
/** A text larger than this is given back at the next beginning. */
const BYTES_KEPT = 4_194_304;

export class IdGatherer {
  #bytes = Buffer.allocUnsafe(BYTES_AT_FIRST);
  #ends = new Uint32Array(IDS_AT_FIRST);
  #count = 0;
  #end = 0;

  /** Begins anew; what `texts` gave before is overwritten. */
  reset(): void {
    if (this.#bytes.length > BYTES_KEPT) {
      this.#bytes = Buffer.allocUnsafe(BYTES_AT_FIRST);
    }
    this.#count = 0;
    this.#end = 0;
  }

  /** Adds the id `bytes[start, end)`. */
  add(bytes: Uint8Array, start: number, end: number): void {
    this.#makeRoom(end - start);
    const to = this.#bytes;
    let at = this.#end;
    // Byte by byte: ids are short, and a call of `set` or `copy` costs as much as forty bytes.
    for (let p = start; p < end; p += 1) {
      to[at] = bytes[p] as number;
      at += 1;
    }
    this.#close(at);
  }

  addText(text: string): void {
    this.#makeRoom(3 * text.length);
    this.#close(this.#end + this.#bytes.write(text, this.#end));
  }

  /** All ids added: id i is `bytes[ends[i - 1], ends[i])`. */
  texts(): { readonly bytes: Buffer; readonly ends: Uint32Array } {
    return { bytes: this.#bytes, ends: this.#ends };
  }

  #close(end: number): void {
    this.#end = end;
    this.#ends[this.#count] = end;
    this.#count += 1;
  }

  #makeRoom(bytes: number): void {
    if (this.#count === this.#ends.length) {
      const longer = new Uint32Array(2 * this.#ends.length);
      longer.set(this.#ends);
      this.#ends = longer;
    }
    if (this.#end + bytes > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#end + bytes));
      this.#bytes.copy(larger, 0, 0, this.#end);
      this.#bytes = larger;
    }
  }
}
