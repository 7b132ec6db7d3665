/** Cuts NDJSON and CSV into batches at the ends of records, in bounded memory. */

import { Fault } from "../../base/faults.ts";
import type { Batch, SplitLimits, Splitter } from "../batch.ts";
import { SPLIT_LIMITS } from "../batch.ts";
import { GrowingBuffer } from "./growing-buffer.ts";
import { csvEnds, type CsvSigns, ndjsonEnds, type RecordEnds } from "./record-ends.ts";

const LINE_FEED = 0x0a;
const RETURN = 0x0d;

export function splitNdjson(limits: SplitLimits = SPLIT_LIMITS): Splitter {
  return new LineSplitter(ndjsonEnds(), { limits, header: false });
}

/** Each batch begins with the file's header line. */
export function splitCsv(limits: SplitLimits = SPLIT_LIMITS, signs?: CsvSigns): Splitter {
  return new LineSplitter(csvEnds(signs), { limits, header: true });
}

class LineSplitter implements Splitter {
  records = 0;
  readonly note = undefined;
  readonly tooLong = { count: 0, first: 0 };
  readonly #ends: RecordEnds;
  readonly #limits: SplitLimits;
  readonly #withHeader: boolean;
  #header: Buffer | undefined;
  /** Bytes not sent yet: a batch in the making from `#batchAt`, and the next record from `#at`. */
  readonly #held = new GrowingBuffer();
  #window = this.#held.view();
  #batchAt = 0;
  #at = 0;
  #batchRecords = 0;
  /** Whether the present record is too long and is passed over. */
  #passing = false;
  #full: Batch[] = [];

  constructor(ends: RecordEnds, options: { limits: SplitLimits; header: boolean }) {
    this.#ends = ends;
    this.#limits = options.limits;
    this.#withHeader = options.header;
  }

  push(chunk: Buffer): Batch[] {
    this.#held.drop(this.#batchAt);
    this.#held.append(chunk);
    this.#window = this.#held.view();
    this.#at -= this.#batchAt;
    this.#batchAt = 0;
    this.#take();
    return this.#given();
  }

  flush(): Batch[] {
    this.#flush();
    return this.#given();
  }

  end(): Batch[] {
    // The last line may lack its line feed. With it, only a quote that never closed can keep a record from ending.
    const cut = this.#at < this.#window.length;
    const batches = cut ? this.push(Buffer.of(LINE_FEED)) : [];
    while (this.#at < this.#window.length && this.#cutLostQuote()) {
      this.#take();
    }
    return [...batches, ...this.flush()];
  }

  #given(): Batch[] {
    const full = this.#full;
    this.#full = [];
    return full;
  }

  /** Takes every record that is whole. */
  #take(): void {
    while (this.#at < this.#window.length) {
      const end = this.#ends.next(this.#window, this.#at);
      if (end !== -1) {
        this.#record(end);
      } else if (!this.#waitsTooLong()) {
        return;
      }
    }
  }

  /** The bytes up to `end` are the next record, a blank line, the header, or the rest of one passed over. */
  #record(end: number): void {
    const from = this.#at;
    this.#at = end;
    if (this.#passing) {
      this.#passing = false;
      this.#batchAt = end;
      return;
    }
    if (isBlank(this.#window, from, end)) {
      return;
    }
    if (this.#withHeader && this.#header === undefined) {
      this.#header = this.#toHeader(this.#window.subarray(from, end));
      this.#batchAt = end;
      return;
    }
    this.records += 1;
    this.#batchRecords += 1;
    const { batchBytes, batchRecordsMax } = this.#limits;
    if (end - this.#batchAt >= batchBytes || this.#batchRecords >= batchRecordsMax) {
      this.#flush();
    }
  }

  /** Whether something was done about a record that has grown past what it may; else more bytes are needed. */
  #waitsTooLong(): boolean {
    const bytes = this.#window.length - this.#at;
    if (this.#passing) {
      // Only its end matters now; none of it need be kept.
      this.#at = this.#window.length;
      this.#batchAt = this.#at;
      this.#ends.forget();
      return false;
    }
    if (this.#ends.quoted && bytes > this.#limits.quotedBytesMax && this.#cutLostQuote()) {
      return true;
    }
    if (bytes <= this.#limits.recordBytesMax) {
      return false;
    }
    if (this.#withHeader && this.#header === undefined) {
      throw this.#headerTooLong();
    }
    this.#flush();
    this.records += 1;
    this.tooLong.first = this.tooLong.count === 0 ? this.records : this.tooLong.first;
    this.tooLong.count += 1;
    this.#passing = true;
    return true;
  }

  /**
   * A quote that never closes would swallow the rest of the file. The line it is on goes alone, so that the pipeline
   * sets it aside and nothing else, and reading goes on with the next line. False when there is no next line.
   */
  #cutLostQuote(): boolean {
    const end = this.#window.indexOf(LINE_FEED, this.#at) + 1;
    if (end === 0) {
      return false;
    }
    this.#ends.forget();
    this.#flush();
    this.#record(end);
    this.#flush();
    return true;
  }

  #toHeader(line: Buffer): Buffer {
    if (line.length > this.#limits.headerBytesMax) {
      throw this.#headerTooLong();
    }
    return Buffer.from(line);
  }

  #headerTooLong(): Fault {
    const cause = `its first line is longer than ${this.#limits.headerBytesMax} bytes, so it is no header`;
    return new Fault("FILE_UNREADABLE", { file: "The file", cause });
  }

  #flush(): void {
    const body = this.#window.subarray(this.#batchAt, this.#at);
    this.#batchAt = this.#at;
    if (this.#batchRecords === 0) {
      return;
    }
    this.#full.push({
      body: this.#header === undefined ? Buffer.from(body) : Buffer.concat([this.#header, body]),
      type: this.#withHeader ? "text/csv" : "application/x-ndjson",
      records: this.#batchRecords,
      first: this.records - this.#batchRecords + 1,
    });
    this.#batchRecords = 0;
  }
}

function isBlank(window: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) {
    const byte = window[at];
    if (byte !== LINE_FEED && byte !== RETURN) {
      return false;
    }
  }
  return true;
}
