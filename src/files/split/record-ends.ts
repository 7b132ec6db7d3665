/** Where a record ends in lines of NDJSON, and in CSV, where a quoted field may hold line feeds. */

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** Finds ends one after another; it may be asked again about the same record once more bytes have come. */
export interface RecordEnds {
  /** Place after the line feed that ends the record beginning at `from`; -1 when it is not there yet. */
  next(window: Buffer, from: number): number;
  /** Whether the record that has no end yet is inside quotes. */
  readonly quoted: boolean;
  /** Forgets the record it was asked about, so that the next question may be about any place. */
  forget(): void;
}

export function ndjsonEnds(): RecordEnds {
  return {
    quoted: false,
    next: (window, from) => window.indexOf(LINE_FEED, from) + 1 || -1,
    forget: () => {},
  };
}

/**
 * A quote opens a field only where the field begins, so that a stray one inside a field (5" pipe) is text; within
 * quotes a doubled quote is text too.
 */
export function csvEnds(signs: CsvSigns = CSV_SIGNS): RecordEnds {
  return new CsvEnds(signs);
}

/** The bytes that stand between cells, and around a cell. */
export interface CsvSigns {
  readonly delimiter: number;
  readonly quote: number;
}

export const CSV_SIGNS: CsvSigns = { delimiter: COMMA, quote: QUOTE };

class CsvEnds implements RecordEnds {
  quoted = false;
  /** How far the record was read, counted from its beginning. */
  #read = 0;
  readonly #signs: CsvSigns;
  readonly #quotes: NextByte;
  readonly #lineFeeds = new NextByte(LINE_FEED);

  constructor(signs: CsvSigns) {
    this.#signs = signs;
    this.#quotes = new NextByte(signs.quote);
  }

  forget(): void {
    this.#begin();
    this.#quotes.forget();
    this.#lineFeeds.forget();
  }

  next(window: Buffer, from: number): number {
    for (;;) {
      if (this.quoted && !this.#passQuoted(window, from)) {
        return -1;
      }
      if (this.quoted) {
        continue;
      }
      const at = from + this.#read;
      const end = this.#lineFeeds.from(window, at);
      const quote = this.#quotes.from(window, at);
      if (end < quote) {
        this.#begin();
        return end + 1;
      }
      if (quote === window.length) {
        this.#read = window.length - from;
        return -1;
      }
      this.quoted = quote === from || window[quote - 1] === this.#signs.delimiter;
      this.#read = quote + 1 - from;
    }
  }

  #begin(): void {
    this.#read = 0;
    this.quoted = false;
  }

  /** Passes the quoted field, or one doubled quote in it; false when its end is not there yet. */
  #passQuoted(window: Buffer, from: number): boolean {
    const close = this.#quotes.from(window, from + this.#read);
    // A quote at the window's end may be doubled by the next byte.
    if (close + 1 >= window.length) {
      this.#read = close - from;
      return false;
    }
    const doubled = window[close + 1] === this.#signs.quote;
    this.#read = close + (doubled ? 2 : 1) - from;
    this.quoted = doubled;
    return true;
  }
}

/**
 * Finds a byte again and again, each time further on. What was found stays known until it is passed: without that a
 * long line of many quotes would be searched to its end at every one of them.
 */
class NextByte {
  readonly #byte: number;
  #window: Buffer | undefined;
  #found = -1;

  constructor(byte: number) {
    this.#byte = byte;
  }

  /** The first place of the byte at or after `at`; the window's length when there is none. */
  from(window: Buffer, at: number): number {
    if (this.#window !== window || this.#found < at) {
      const found = window.indexOf(this.#byte, at);
      this.#window = window;
      this.#found = found === -1 ? window.length : found;
    }
    return this.#found;
  }

  forget(): void {
    this.#window = undefined;
  }
}
