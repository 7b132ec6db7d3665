/** Pages as they were answered last, while the data is as it was: a bounded number of bytes, the oldest go first. */

export interface Page {
  readonly body: string;
  readonly next: string | undefined;
  readonly rows: number;
}

const BYTES_MAX = 33_554_432;
const PAGE_BYTES_MAX = 4_194_304;

export class PageCache {
  /** In the order of their last use. */
  readonly #pages = new Map<string, Promise<Page>>();
  readonly #bytes = new Map<string, number>();
  #held = 0;

  /** The page of a question; equal questions that come while it is made wait for the same. */
  of(key: string, make: () => Promise<Page>): Promise<Page> {
    const kept = this.#pages.get(key);
    if (kept !== undefined) {
      this.#pages.delete(key);
      this.#pages.set(key, kept);
      return kept;
    }
    const page = make();
    this.#pages.set(key, page);
    page.then(
      ({ body }) => this.#keep(key, body.length),
      () => this.#pages.delete(key),
    );
    return page;
  }

  #keep(key: string, bytes: number): void {
    if (bytes > PAGE_BYTES_MAX) {
      this.#pages.delete(key);
      return;
    }
    this.#bytes.set(key, bytes);
    this.#held += bytes;
    for (const [oldest, size] of this.#oldest()) {
      if (this.#held <= BYTES_MAX) {
        break;
      }
      this.#held -= size;
      this.#pages.delete(oldest);
      this.#bytes.delete(oldest);
    }
  }

  *#oldest(): IterableIterator<readonly [string, number]> {
    for (const key of this.#pages.keys()) {
      const size = this.#bytes.get(key);
      // Pages that are being made have no size yet.
      if (size !== undefined) {
        yield [key, size];
      }
    }
  }
}
