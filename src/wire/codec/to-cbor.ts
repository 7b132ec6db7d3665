/** An answer → CBOR as AWS writes it: maps and lists of indefinite length, instants as tag 1 with milliseconds. */

import type { Shape } from "../shapes/shape.ts";

const MAP = Buffer.from([0xbf]);
const LIST = Buffer.from([0x9f]);
const BREAK = Buffer.from([0xff]);
const TAG_INSTANT = Buffer.from([0xc1]);
const SIMPLE = { true: Buffer.from([0xf5]), false: Buffer.from([0xf4]) };
const MAJOR = { uint: 0x00, negative: 0x20, bytes: 0x40, text: 0x60 } as const;

export function toCbor(value: unknown, shape: Shape): Buffer {
  const parts: Buffer[] = [];
  write(value, shape, parts);
  return Buffer.concat(parts);
}

function write(value: unknown, shape: Shape, parts: Buffer[]): void {
  switch (shape.kind) {
    case "structure": {
      const given = value as Readonly<Record<string, unknown>>;
      parts.push(MAP);
      for (const { name, shape: inner } of shape.members) {
        const member = given[name];
        if (member !== undefined) {
          writeText(name, parts);
          write(member, inner, parts);
        }
      }
      parts.push(BREAK);
      return;
    }
    case "list":
      parts.push(LIST);
      for (const each of value as readonly unknown[]) {
        write(each, shape.member, parts);
      }
      parts.push(BREAK);
      return;
    case "map":
      parts.push(MAP);
      for (const [key, each] of Object.entries(value as object) as [string, unknown][]) {
        writeText(key, parts);
        write(each, shape.value, parts);
      }
      parts.push(BREAK);
      return;
    case "blob":
      parts.push(head(MAJOR.bytes, (value as Buffer).length), value as Buffer);
      return;
    case "string":
      writeText(value as string, parts);
      return;
    case "boolean":
      parts.push(value === true ? SIMPLE.true : SIMPLE.false);
      return;
    case "timestamp":
      parts.push(TAG_INSTANT);
      writeNumber(Math.round(value as number), parts);
      return;
    case "integer":
    case "long":
    case "double":
      writeNumber(value as number, parts);
  }
}

function writeText(text: string, parts: Buffer[]): void {
  const bytes = Buffer.from(text);
  parts.push(head(MAJOR.text, bytes.length), bytes);
}

function writeNumber(value: number, parts: Buffer[]): void {
  if (Number.isSafeInteger(value)) {
    parts.push(value < 0 ? head(MAJOR.negative, -1 - value) : head(MAJOR.uint, value));
    return;
  }
  const double = Buffer.alloc(9);
  double[0] = 0xfb;
  double.writeDoubleBE(value, 1);
  parts.push(double);
}

function head(major: number, count: number): Buffer {
  if (count < 24) {
    return Buffer.from([major + count]);
  }
  if (count < 2 ** 8) {
    return Buffer.from([major + 24, count]);
  }
  const bytes = Buffer.alloc(count < 2 ** 16 ? 3 : count < 2 ** 32 ? 5 : 9);
  if (bytes.length === 3) {
    bytes[0] = major + 25;
    bytes.writeUInt16BE(count, 1);
  } else if (bytes.length === 5) {
    bytes[0] = major + 26;
    bytes.writeUInt32BE(count, 1);
  } else {
    bytes[0] = major + 27;
    bytes.writeBigUInt64BE(BigInt(count), 1);
  }
  return bytes;
}
