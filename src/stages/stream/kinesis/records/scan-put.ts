/** Reads a PutRecords body by its bytes: base64 straight into the batch, nothing parsed into objects on the way. */

import type { KeyedRecords } from "../../../../seams/put.ts";
import { KeyedWriter } from "./keyed.ts";

export interface ScannedPut {
  readonly name: string;
  readonly records: KeyedRecords;
  /** Largest record with its key, in bytes, and all of them. */
  readonly largest: number;
  readonly total: number;
}

const RECORDS_MAX = 500;
const KEY_CHARS_MAX = 256;
const KEY_BYTES_MAX = 1024;
const DECIMAL = /^(?:0|[1-9]\d{0,38})$/;
const NAME = /^[a-zA-Z0-9_.-]{1,128}$/;
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROLS = /[\0-\x1F]/;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const EQUALS = 61;
const MINUS = 45;
const UNDERSCORE = 95;
/** How a record begins that a producer packed others into. */
const PACKED = 0xf3899ac2;
/** Last characters before the padding whose spare bits are zero. */
const BEFORE_TWO = "AQgw";
const BEFORE_ONE = "AEIMQUYcgkosw048";

/**
 * Undefined for whatever is not plainly a good request of known members: then the general way judges it, and finds
 * the words if anything is wrong.
 */
export function scanPut(body: Buffer): ScannedPut | undefined {
  return new Scan(body).run();
}

class Scan {
  readonly #body: Buffer;
  readonly #writer: KeyedWriter;
  #at = 0;
  /** The string read last. */
  #start = 0;
  #end = 0;
  /** Next places of bytes that make the fast way give up. */
  #backslash: number;
  #minus: number;
  #underscore: number;
  #name: string | undefined;
  #largest = 0;
  #total = 0;

  constructor(body: Buffer) {
    this.#body = body;
    this.#writer = new KeyedWriter(RECORDS_MAX, Math.ceil((body.length * 3) / 4) + RECORDS_MAX + 8);
    this.#backslash = next(body, BACKSLASH, 0);
    this.#minus = next(body, MINUS, 0);
    this.#underscore = next(body, UNDERSCORE, 0);
  }

  run(): ScannedPut | undefined {
    let hasRecords = false;
    const whole = this.#members((member) => {
      if (member === "StreamName" && this.#name === undefined && this.#string()) {
        this.#name = this.#text();
        return NAME.test(this.#name);
      }
      if (member === "Records" && !hasRecords) {
        hasRecords = true;
        return this.#list();
      }
      return false;
    });
    if (!whole || this.#name === undefined || this.#writer.count === 0) {
      return undefined;
    }
    this.#space();
    return this.#at === this.#body.length
      ? {
          name: this.#name,
          records: this.#writer.finish(),
          largest: this.#largest,
          total: this.#total,
        }
      : undefined;
  }

  #list(): boolean {
    if (!this.#take(OPEN_BRACKET)) {
      return false;
    }
    do {
      if (this.#writer.count === RECORDS_MAX || !this.#record()) {
        return false;
      }
    } while (this.#take(COMMA));
    return this.#take(CLOSE_BRACKET);
  }

  #record(): boolean {
    let length = -1;
    let key: string | undefined;
    let hash: string | undefined;
    const whole = this.#members((member) => {
      if (!this.#string()) {
        return false;
      }
      if (member === "Data" && length < 0) {
        length = this.#decode();
        return length >= 0;
      }
      if (member === "PartitionKey" && key === undefined) {
        key = this.#key();
        return key !== undefined;
      }
      if (member === "ExplicitHashKey" && hash === undefined) {
        hash = this.#text();
        return DECIMAL.test(hash);
      }
      return false;
    });
    if (!whole || length < 0 || key === undefined) {
      return false;
    }
    const size = length + Buffer.byteLength(key);
    this.#largest = Math.max(this.#largest, size);
    this.#total += size;
    this.#writer.addWritten(length, key, hash);
    return true;
  }

  /** Calls `read` behind every member's colon, until the object ends; false when something is unusual. */
  #members(read: (member: string) => boolean): boolean {
    if (!this.#take(OPEN_BRACE)) {
      return false;
    }
    do {
      if (!this.#string()) {
        return false;
      }
      const member = this.#text();
      if (!this.#take(COLON) || !read(member)) {
        return false;
      }
    } while (this.#take(COMMA));
    return this.#take(CLOSE_BRACE);
  }

  /** Reads a string without escapes. */
  #string(): boolean {
    if (!this.#take(QUOTE)) {
      return false;
    }
    const end = this.#body.indexOf(QUOTE, this.#at);
    if (this.#backslash < this.#at) {
      this.#backslash = next(this.#body, BACKSLASH, this.#at);
    }
    if (end < 0 || this.#backslash < end) {
      return false;
    }
    this.#start = this.#at;
    this.#end = end;
    this.#at = end + 1;
    return true;
  }

  #text(): string {
    return this.#body.toString("latin1", this.#start, this.#end);
  }

  #key(): string | undefined {
    if (this.#end === this.#start || this.#end - this.#start > KEY_BYTES_MAX) {
      return undefined;
    }
    const key = this.#body.toString("utf8", this.#start, this.#end);
    return key.length > KEY_CHARS_MAX || CONTROLS.test(key) ? undefined : key;
  }

  /** Writes the bytes of the string read last behind the batch's; -1 when it is no strict, canonical base64. */
  #decode(): number {
    const [start, end] = [this.#start, this.#end];
    const length = end - start;
    if (length % 4 !== 0 || this.#isUrlSafe(start, end)) {
      return -1;
    }
    const padding = this.#padding(start, end);
    const wanted = (length / 4) * 3 - padding;
    const { bytes, at } = this.#writer;
    const text = this.#body.toString("latin1", start, end);
    const wrote = length === 0 ? 0 : bytes.write(text, at, wanted, "base64");
    const packed = wrote >= 4 && bytes.readUInt32BE(at) === PACKED;
    return padding < 0 || wrote !== wanted || packed ? -1 : wrote;
  }

  /** Node takes the other alphabet of base64 as well; AWS does not. */
  #isUrlSafe(start: number, end: number): boolean {
    if (this.#minus < start) {
      this.#minus = next(this.#body, MINUS, start);
    }
    if (this.#underscore < start) {
      this.#underscore = next(this.#body, UNDERSCORE, start);
    }
    return this.#minus < end || this.#underscore < end;
  }

  /** How many = the string ends in; -1 when the character before them says too much. */
  #padding(start: number, end: number): number {
    const body = this.#body;
    if (end === start || body[end - 1] !== EQUALS) {
      return 0;
    }
    const two = body[end - 2] === EQUALS;
    const before = String.fromCharCode(body[end - (two ? 3 : 2)] ?? 0);
    return (two ? BEFORE_TWO : BEFORE_ONE).includes(before) ? (two ? 2 : 1) : -1;
  }

  #take(byte: number): boolean {
    this.#space();
    if (this.#body[this.#at] !== byte) {
      return false;
    }
    this.#at += 1;
    return true;
  }

  #space(): void {
    const body = this.#body;
    let byte = body[this.#at];
    while (byte === 32 || byte === 10 || byte === 13 || byte === 9) {
      this.#at += 1;
      byte = body[this.#at];
    }
  }
}

function next(body: Buffer, byte: number, from: number): number {
  const found = body.indexOf(byte, from);
  return found < 0 ? Number.POSITIVE_INFINITY : found;
}
