/** A ZIP archive with one deflated entry. */

import { promisify } from "node:util";
import { crc32, deflateRaw } from "node:zlib";

const deflate = promisify(deflateRaw as (input: Buffer, done: Done) => void);
type Done = (error: Error | null, result: Buffer) => void;

const LOCAL = 0x04_03_4b_50;
const CENTRAL = 0x02_01_4b_50;
const END = 0x06_05_4b_50;
const VERSION = 20;
const DEFLATED = 8;

/** The archive's bytes; `at` is the entry's time, which ZIP keeps in steps of two seconds from 1980 on. */
export async function toZip(bytes: Buffer, name: string, at: number): Promise<Buffer[]> {
  const packed = await deflate(bytes);
  const entry = entryOf(name, at, { bytes, packed });
  const local = Buffer.concat([number(LOCAL), entry.head, Buffer.from([0, 0]), entry.name]);
  const central = Buffer.concat([
    number(CENTRAL),
    short(VERSION),
    entry.head,
    // No extra field, no comment, first disk, no attributes, at the archive's beginning.
    Buffer.alloc(2 + 2 + 2 + 2 + 4 + 4),
    entry.name,
  ]);
  const end = Buffer.concat([
    number(END),
    Buffer.alloc(4),
    short(1),
    short(1),
    number(central.length),
    number(local.length + packed.length),
    Buffer.alloc(2),
  ]);
  return [local, packed, central, end];
}

function entryOf(
  name: string,
  at: number,
  { bytes, packed }: { readonly bytes: Buffer; readonly packed: Buffer },
): { head: Buffer; name: Buffer } {
  const { time, day } = toDosTime(at);
  const text = Buffer.from(name);
  const head = Buffer.concat([
    short(VERSION),
    short(0),
    short(DEFLATED),
    short(time),
    short(day),
    number(crc32(bytes)),
    number(packed.length),
    number(bytes.length),
    short(text.length),
  ]);
  return { head, name: text };
}

function toDosTime(at: number): { time: number; day: number } {
  const date = new Date(at);
  const time =
    (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  const year = Math.max(0, date.getUTCFullYear() - 1980);
  return { time, day: (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate() };
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
