/** Cuts a JSON file (one array, or one value after another) into batches of NDJSON, in bounded memory. */

import type { Batch, SplitLimits, Splitter } from "../batch.ts";
import { SPLIT_LIMITS } from "../batch.ts";
import { GrowingBuffer } from "./growing-buffer.ts";

const [LINE_FEED, RETURN, SPACE, TAB] = [0x0a, 0x0d, 0x20, 0x09];
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const NEW_LINE = Buffer.of(LINE_FEED);

/** Each record is sent on a line of its own, so that a broken one cannot take its neighbours with it. */
export function splitJson(limits: SplitLimits = SPLIT_LIMITS): Splitter {
  return new JsonSplitter(limits);
}

class JsonSplitter implements Splitter {
  records = 0;
  readonly tooLong = { count: 0, first: 0 };
  readonly #limits: SplitLimits;
  readonly #held = new GrowingBuffer();
  #window = this.#held.view();
  /** Where the present record begins; -1 between records. */
  #recordAt = -1;
  /** How far the window was read. */
  #read = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Whether the present record is a number, a word or rubbish, which ends at a separator. */
  #bare = false;
  #array: "unseen" | "none" | "open" | "closed" = "unseen";
  /** Whether the present record is too long and is passed over. */
  #passing = false;
  /** Lines of the batch in the making. */
  readonly #lines = new GrowingBuffer();
  #batchRecords = 0;
  #full: Batch[] = [];

  constructor(limits: SplitLimits) {
    this.#limits = limits;
  }

  get note(): string | undefined {
    return this.#array === "open"
      ? "its array has no closing bracket, so the file may have been cut short"
      : undefined;
  }

  push(chunk: Buffer): Batch[] {
    const keepFrom = this.#recordAt === -1 || this.#passing ? this.#window.length : this.#recordAt;
    this.#held.drop(keepFrom);
    this.#held.append(chunk);
    this.#window = this.#held.view();
    this.#read -= keepFrom;
    this.#recordAt = this.#recordAt === -1 ? -1 : 0;
    while (this.#read < this.#window.length) {
      if (this.#recordAt === -1) {
        this.#between();
      } else {
        this.#within();
      }
    }
    if (this.#recordAt !== -1) {
      this.#lookAtLength();
    }
    return this.#given();
  }

  flush(): Batch[] {
    this.#flush();
    return this.#given();
  }

  end(): Batch[] {
    if (this.#recordAt !== -1) {
      // A record that does not end is broken; the pipeline sets it aside with its reason.
      this.#finish(this.#window.length);
    }
    return this.flush();
  }

  #given(): Batch[] {
    const full = this.#full;
    this.#full = [];
    return full;
  }

  /** Passes separators up to the beginning of the next record. */
  #between(): void {
    const window = this.#window;
    for (; this.#read < window.length; this.#read += 1) {
      const byte = window[this.#read] ?? 0;
      if (isSpace(byte) || (byte === COMMA && this.#array === "open")) {
        continue;
      }
      if (byte === OPEN_ARRAY && this.#array === "unseen") {
        this.#array = "open";
        continue;
      }
      if (byte === CLOSE_ARRAY && this.#array === "open") {
        this.#array = "closed";
        continue;
      }
      this.#array = this.#array === "unseen" ? "none" : this.#array;
      this.#begin(byte);
      return;
    }
  }

  #begin(byte: number): void {
    this.#recordAt = this.#read;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#bare = byte !== OPEN_OBJECT && byte !== OPEN_ARRAY && byte !== QUOTE;
    if (this.#bare) {
      // Even a separator that begins a record belongs to it, or reading would not move on.
      this.#read += 1;
    }
  }

  /** Reads on to the end of the record, or of the window. */
  #within(): void {
    if (this.#bare) {
      this.#withinBare();
      return;
    }
    const window = this.#window;
    let at = this.#read;
    while (at < window.length) {
      if (this.#inString) {
        at = this.#passString(at);
        if (!this.#inString && this.#depth === 0) {
          this.#finish(at);
          return;
        }
        continue;
      }
      const byte = window[at] ?? 0;
      at += 1;
      if (byte === QUOTE) {
        this.#inString = true;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        this.#depth += 1;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        this.#depth -= 1;
        if (this.#depth === 0) {
          this.#finish(at);
          return;
        }
      }
    }
    this.#read = at;
  }

  /** The place after the string's closing quote, or the window's end. */
  #passString(from: number): number {
    const window = this.#window;
    let escaped = this.#escaped;
    for (let at = from; at < window.length; at += 1) {
      const byte = window[at];
      if (escaped) {
        escaped = false;
      } else if (byte === BACKSLASH) {
        escaped = true;
      } else if (byte === QUOTE) {
        this.#inString = false;
        this.#escaped = false;
        return at + 1;
      }
    }
    this.#escaped = escaped;
    return window.length;
  }

  #withinBare(): void {
    const window = this.#window;
    for (; this.#read < window.length; this.#read += 1) {
      const byte = window[this.#read] ?? 0;
      if (isSpace(byte) || byte === COMMA || (byte === CLOSE_ARRAY && this.#array === "open")) {
        this.#finish(this.#read);
        return;
      }
    }
  }

  /** The record ends before `end`. */
  #finish(end: number): void {
    const record = this.#window.subarray(this.#recordAt, end);
    this.#read = end;
    this.#recordAt = -1;
    if (this.#passing) {
      this.#passing = false;
      return;
    }
    this.records += 1;
    const line = toLine(record);
    if (line === undefined) {
      // A raw line feed inside a string cannot stand on a line: the record goes alone, as the broken JSON it is.
      this.#flushBefore(record);
      return;
    }
    this.#lines.append(line);
    this.#lines.append(NEW_LINE);
    this.#batchRecords += 1;
    const { batchBytes, batchRecordsMax } = this.#limits;
    if (this.#lines.length >= batchBytes || this.#batchRecords >= batchRecordsMax) {
      this.#flush();
    }
  }

  #flushBefore(record: Buffer): void {
    this.records -= 1;
    this.#flush();
    this.records += 1;
    const body = Buffer.from(record);
    this.#full.push({ body, type: "application/json", records: 1, first: this.records });
  }

  /** Begins to pass a record over once it is longer than what may be sent. */
  #lookAtLength(): void {
    const bytes = this.#window.length - this.#recordAt;
    if (!this.#passing && bytes > this.#limits.recordBytesMax) {
      this.#flush();
      this.records += 1;
      this.tooLong.first = this.tooLong.count === 0 ? this.records : this.tooLong.first;
      this.tooLong.count += 1;
      this.#passing = true;
    }
  }

  #flush(): void {
    if (this.#batchRecords === 0) {
      return;
    }
    this.#full.push({
      body: this.#lines.take(),
      type: "application/x-ndjson",
      records: this.#batchRecords,
      first: this.records - this.#batchRecords + 1,
    });
    this.#batchRecords = 0;
  }
}

/** The record without line feeds; undefined when one stands inside a string. */
function toLine(record: Buffer): Buffer | undefined {
  if (!record.includes(LINE_FEED)) {
    return record;
  }
  const line = Buffer.from(record);
  let inString = false;
  for (let at = 0; at < line.length; at += 1) {
    const byte = line[at];
    if (byte === QUOTE) {
      inString = !inString;
    } else if (byte === BACKSLASH && inString) {
      at += 1;
    } else if (byte === LINE_FEED || byte === RETURN) {
      if (inString) {
        return undefined;
      }
      line[at] = SPACE;
    }
  }
  return line;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === LINE_FEED || byte === RETURN || byte === TAB;
}
