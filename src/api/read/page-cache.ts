/** Pages as they were answered last, while the data is as it was: a bounded number of bytes, the oldest go first. */

import { deflateRawSync, inflateRawSync } from "node:zlib";

export interface Page {
  readonly body: string;
  readonly next: string | undefined;
  readonly rows: number;
}

/** A page at rest: wide rows repeat their names, and take a tenth of their bytes when they are packed. */
interface Kept extends Omit<Page, "body"> {
  readonly bytes: Buffer;
  readonly packed: boolean;
}

const BYTES_MAX = 33_554_432;
const PAGE_CHARS_MAX = 4_194_304;
/** Below, packing costs more than it saves. */
const PACKED_CHARS_MIN = 4096;
/** What an entry costs beside its bytes. */
const ENTRY_BYTES = 512;
/** The quickest: the bytes are read again as often as they are written. */
const LEVEL = 1;

export class PageCache {
  /** In the order of their last use. */
  readonly #kept = new Map<string, Kept>();
  readonly #making = new Map<string, Promise<Page>>();
  #held = 0;

  /** Bytes it holds now. */
  get held(): number {
    return this.#held;
  }

  /** The page of a question; equal questions that come while it is made wait for the same. */
  of(key: string, make: () => Promise<Page>): Promise<Page> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return Promise.resolve(unpack(kept));
    }
    const making = this.#making.get(key);
    if (making !== undefined) {
      return making;
    }
    const page = make();
    this.#making.set(key, page);
    page.then(
      (made) => this.#keep(key, made),
      () => this.#making.delete(key),
    );
    return page;
  }

  #keep(key: string, page: Page): void {
    this.#making.delete(key);
    if (page.body.length > PAGE_CHARS_MAX) {
      return;
    }
    const kept = pack(page);
    this.#kept.set(key, kept);
    this.#held += kept.bytes.length + ENTRY_BYTES;
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#held <= BYTES_MAX) {
        break;
      }
      this.#held -= bytes.length + ENTRY_BYTES;
      this.#kept.delete(oldest);
    }
  }
}

function pack({ body, next, rows }: Page): Kept {
  const plain = Buffer.from(body);
  const packed = body.length >= PACKED_CHARS_MIN;
  const bytes = packed ? deflateRawSync(plain, { level: LEVEL }) : plain;
  return { bytes, packed, next, rows };
}

function unpack({ bytes, packed, next, rows }: Kept): Page {
  return { body: (packed ? inflateRawSync(bytes) : bytes).toString(), next, rows };
}
