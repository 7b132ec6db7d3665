/** Records that the Kinesis Producer Library packed into one, taken apart again. Whatever is not such a pack is left whole. */

import { createHash } from "node:crypto";

export interface UserRecord {
  readonly partitionKey: string;
  readonly explicitHashKey: string | undefined;
  readonly data: Buffer;
}

const MAGIC = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const DIGEST_BYTES = 16;
/** Of a record of a MiB that is full of records of ten bytes; each becomes an object here. */
export const PACK_RECORDS_MAX = 65_536;
/** Records, and the texts that they point to. */
const FIELDS_MAX = 4 * PACK_RECORDS_MAX;

/** The records in a pack, in order; undefined when the bytes are no pack. */
export function unpackAggregated(bytes: Buffer): UserRecord[] | undefined {
  if (bytes.length < MAGIC.length + DIGEST_BYTES || !bytes.subarray(0, 4).equals(MAGIC)) {
    return undefined;
  }
  const message = bytes.subarray(MAGIC.length, -DIGEST_BYTES);
  const digest = createHash("md5").update(message).digest();
  return digest.equals(bytes.subarray(-DIGEST_BYTES)) ? readPack(message) : undefined;
}

/** AggregatedRecord: two tables of texts, and records that point into them. */
function readPack(message: Buffer): UserRecord[] | undefined {
  const fields = readFields(message);
  if (fields === undefined) {
    return undefined;
  }
  const tables: { keys: string[]; hashes: string[] } = { keys: [], hashes: [] };
  for (const { number, bytes } of fields) {
    if (number === 1) {
      tables.keys.push(String(bytes));
    } else if (number === 2) {
      tables.hashes.push(String(bytes));
    }
  }
  if (fields.reduce((sum, { number }) => sum + Number(number === 3), 0) > PACK_RECORDS_MAX) {
    return undefined;
  }
  const records: UserRecord[] = [];
  for (const { number, bytes } of fields) {
    if (number === 3) {
      const record = readRecord(bytes ?? Buffer.alloc(0), tables);
      if (record === undefined) {
        return undefined;
      }
      records.push(record);
    }
  }
  return records;
}

function readRecord(
  bytes: Buffer,
  tables: { readonly keys: readonly string[]; readonly hashes: readonly string[] },
): UserRecord | undefined {
  const fields = readFields(bytes);
  const of = (number: number): Field | undefined => fields?.find((one) => one.number === number);
  const partitionKey = tables.keys[of(1)?.value ?? -1];
  const data = of(3)?.bytes;
  if (partitionKey === undefined || data === undefined) {
    return undefined;
  }
  const hash = of(2)?.value;
  return {
    partitionKey,
    explicitHashKey: hash === undefined ? undefined : tables.hashes[hash],
    data,
  };
}

interface Field {
  readonly number: number;
  /** Of a varint. */
  readonly value: number | undefined;
  /** Of a field with a length; views of the message. */
  readonly bytes: Buffer | undefined;
}

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** The fields of a protobuf message, or undefined where it is none. */
function readFields(message: Buffer): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number | undefined => {
    let [value, scale] = [0, 1];
    for (let count = 0; count < 10 && at < message.length; count += 1) {
      const byte = message[at] ?? 0;
      at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) {
        return Number.isSafeInteger(value) ? value : undefined;
      }
      scale *= 128;
    }
    return undefined;
  };
  while (at < message.length) {
    const tag = varint();
    if (tag === undefined || fields.length === FIELDS_MAX) {
      return undefined;
    }
    const number = Math.floor(tag / 8);
    const kind = tag % 8;
    const length = kind === FIXED_64 ? 8 : kind === FIXED_32 ? 4 : varint();
    if (length === undefined || ![VARINT, FIXED_64, BYTES, FIXED_32].includes(kind)) {
      return undefined;
    }
    if (kind === VARINT) {
      fields.push({ number, value: length, bytes: undefined });
    } else if (at + length > message.length) {
      return undefined;
    } else {
      fields.push({ number, value: undefined, bytes: message.subarray(at, at + length) });
      at += length;
    }
  }
  return fields;
}
