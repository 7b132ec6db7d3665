/** Records of a put → a batch: bytes behind each other, a 128-bit hash each. */

import { openKeyHashes } from "../../../../base/key-hashes.ts";
import type { KeyedRecords } from "../../../../seams/put.ts";
import { invalidArgument } from "../faults.ts";

export interface PutEntry {
  readonly data: Buffer;
  readonly key: string;
  readonly explicitHash: string | undefined;
}

const HASH_END = 2n ** 128n;
const NEWLINE = 10;

/** Throws InvalidArgumentException. */
export function toKeyed(entries: readonly PutEntry[]): KeyedRecords {
  let size = 0;
  for (const { data } of entries) {
    size += data.length + 1;
  }
  const writer = new KeyedWriter(entries.length, size);
  for (const { data, key, explicitHash } of entries) {
    writer.add(data, key, explicitHash);
  }
  return writer.finish();
}

/** Gathers records in memory of a known size. */
export class KeyedWriter {
  readonly bytes: Buffer;
  /** Where the next record's bytes go. */
  at = 0;
  count = 0;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #hashes: Uint32Array;
  readonly #keys: string[] = [];

  constructor(recordsMax: number, bytesMax: number) {
    this.bytes = Buffer.allocUnsafe(bytesMax);
    this.#starts = new Uint32Array(recordsMax);
    this.#ends = new Uint32Array(recordsMax);
    this.#hashes = new Uint32Array(4 * recordsMax);
  }

  add(data: Buffer, key: string, explicitHash: string | undefined): void {
    data.copy(this.bytes, this.at);
    this.addWritten(data.length, key, explicitHash);
  }

  /** Adds a record whose bytes stand at `at` already. */
  addWritten(length: number, key: string, explicitHash: string | undefined): void {
    const { count } = this;
    this.#starts[count] = this.at;
    this.#ends[count] = this.at + length;
    this.#keys.push(key);
    this.#hash(key, explicitHash);
    // Lines of one text are copied into the log at once.
    this.bytes[this.at + length] = NEWLINE;
    this.at += length + 1;
    this.count = count + 1;
  }

  finish(): KeyedRecords {
    const { count } = this;
    return {
      count,
      bytes: this.bytes.subarray(0, this.at),
      starts: this.#starts,
      ends: this.#ends,
      hashes: this.#hashes,
      keys: this.#keys,
    };
  }

  #hash(key: string, explicitHash: string | undefined): void {
    const to = 4 * this.count;
    if (explicitHash !== undefined) {
      writeHash(this.#hashes, to, explicitHash);
      return;
    }
    const length = KEY_HASHES.buffer.write(key);
    this.#hashes.set(KEY_HASHES.of.of(KEY_HASHES.buffer, 0, length), to);
  }
}

/** Keys have 256 characters at most, of three bytes at most in UTF-16's halves. */
const KEY_HASHES = { of: openKeyHashes(), buffer: Buffer.alloc(1024) };

function writeHash(hashes: Uint32Array, at: number, text: string): void {
  const value = BigInt(text);
  if (value >= HASH_END) {
    throw invalidArgument(
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${text}`,
    );
  }
  for (let word = 0; word < 4; word += 1) {
    hashes[at + word] = Number((value >> BigInt(96 - 32 * word)) & 0xffff_ffffn);
  }
}
