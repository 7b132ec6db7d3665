/** Hashes of ids and of records' bytes under a secret of this life: nobody can prepare two ids that collide. */

/** So many random bytes make a secret. */
export const SECRET_BYTES = 16;

const EMPTY = new Uint8Array(0);

/**
 * Bytes of one buffer after another; making a view costs more than a hash, so it is made once per buffer.
 * A false repeat would lose an event: it takes a collision of both 64-bit hashes at once.
 */
export class KeyedHash {
  /** The two words of the hash made last. */
  low = 0;
  high = 0;
  readonly #k0: number;
  readonly #k1: number;
  readonly #k2: number;
  readonly #k3: number;
  #bytes: Uint8Array = EMPTY;
  #view: DataView = new DataView(EMPTY.buffer);

  constructor(secret: Buffer) {
    this.#k0 = secret.readInt32LE(0);
    this.#k1 = secret.readInt32LE(4);
    this.#k2 = secret.readInt32LE(8);
    this.#k3 = secret.readInt32LE(12);
  }

  /** HalfSipHash-1-3 with 64 bits: clients choose ids, so this one must not be guessed. */
  ofId(bytes: Uint8Array, start: number, end: number): void {
    this.#turnTo(bytes);
    const view = this.#view;
    let v0 = this.#k0;
    let v1 = this.#k1 ^ 0xee;
    let v2 = this.#k0 ^ 0x6c796765;
    let v3 = this.#k1 ^ 0x74656462;
    let p = start;
    let word = 0;
    // One round per word, one for the length with the last bytes, three to end each of the two halves.
    for (let left = 7; left > 0;) {
      if (p + 4 <= end) {
        word = view.getInt32(p, true);
        p += 4;
      } else if (p <= end) {
        word = ((end - start) << 24) | lastBytes(bytes, p, end);
        p = end + 1;
      } else {
        left -= 1;
        word = 0;
        if (left === 6) {
          v2 ^= 0xee;
        } else if (left === 3) {
          this.low = v1 ^ v3;
          v1 ^= 0xdd;
        } else if (left === 0) {
          break;
        }
      }
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    this.high = v1 ^ v3;
  }

  /**
   * Four lanes side by side, each stirred into its neighbour: a fifth of the cost per byte. It is weaker, and may be:
   * it only tells records of one id apart, whose sender may change them anyway.
   */
  ofRecord(bytes: Uint8Array, start: number, end: number): void {
    this.#turnTo(bytes);
    const view = this.#view;
    let h1 = this.#k0;
    let h2 = this.#k1;
    let h3 = this.#k2;
    let h4 = this.#k3;
    let p = start;
    for (; p + 16 <= end; p += 16) {
      const before = h1;
      h1 = (stir(h1 ^ view.getInt32(p, true)) + h2) | 0;
      h2 = (stir(h2 ^ view.getInt32(p + 4, true)) + h3) | 0;
      h3 = (stir(h3 ^ view.getInt32(p + 8, true)) + h4) | 0;
      h4 = (stir(h4 ^ view.getInt32(p + 12, true)) + before) | 0;
    }
    for (; p < end; p += 4) {
      const word = p + 4 <= end ? view.getInt32(p, true) : lastBytes(bytes, p, end);
      const first = (stir(h1 ^ word) + h2) | 0;
      h1 = h2;
      h2 = h3;
      h3 = h4;
      h4 = first;
    }
    h1 = finish(h1 ^ (end - start));
    h2 = finish((h2 + h1) | 0);
    h3 = finish((h3 + h2) | 0);
    h4 = finish((h4 + h3) | 0);
    this.low = finish((h1 + h3 + h4) | 0);
    this.high = (h2 + h4) | 0;
  }

  #turnTo(bytes: Uint8Array): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
  }
}

/** At most three bytes as one word. */
function lastBytes(bytes: Uint8Array, from: number, end: number): number {
  let word = 0;
  for (let p = end - 1; p >= from; p -= 1) {
    word = (word << 8) | (bytes[p] as number);
  }
  return word;
}

/** A bijection of 32 bits. */
function stir(word: number): number {
  const product = Math.imul(word, 0x9e3779b1);
  return (product << 13) | (product >>> 19);
}

function finish(hash: number): number {
  let h = hash | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
