/** Processed records → the objects of a cut: partitions, conversion, error output, backup. Knows no disk. */

import { type ObjectName, toObjectName } from "../../../../base/object-name.ts";
import { parsePrefix, type Piece } from "../../../../plan/prefix/parse-prefix.ts";
import { checkEvaluated, printPrefix } from "../../../../plan/prefix/prefix.ts";
import { toParquet } from "../../encode/format/parquet.ts";
import type { Destination, Output } from "../config/destination.ts";
import { pack, PACKINGS } from "../pack/pack.ts";
import { toNamePart } from "../partition/name-part.ts";
import { openConverter } from "./convert.ts";
import { failure, type Processed } from "./process.ts";
import type { FailedItem, Item, SourceRecord } from "./records.ts";

/** An object that is made but not yet named or stored. */
export interface MadeObject {
  /** Its name without the UUID: what stands before and behind it. */
  readonly head: string;
  readonly extension: string;
  readonly chunks: readonly Uint8Array[];
  readonly records: number;
  readonly encoding: string | undefined;
}

export interface ObjectFacts {
  readonly stream: string;
  /** Version of the destination's configuration. */
  readonly version: number;
  readonly destination: Destination;
  readonly random: () => number;
  readonly now: () => number;
}

/** Active partitions at a time; what comes after them goes to the error output. */
const PARTITIONS_MAX = 500;
/** A partition's object is closed at the buffer's size, or here where that is more than memory allows. */
const OBJECT_BYTES_MAX = 134_217_728;

/** All objects of a cut, in a fixed order: data, errors, backup. */
export async function makeObjects(
  records: readonly SourceRecord[],
  processed: Processed,
  facts: ObjectFacts,
): Promise<readonly MadeObject[]> {
  const { destination } = facts;
  const failed = [...processed.failed];
  const groups = group(processed.items, facts, failed);
  const made: MadeObject[] = [];
  for (const each of groups) {
    const object = await toDataObject(each, facts, failed);
    if (object !== undefined) {
      made.push(object);
    }
  }
  made.push(...toErrorObjects(failed, facts));
  if (destination.backup !== undefined && records.length > 0) {
    made.push(await toBackup(records, destination.backup, facts));
  }
  return made;
}

interface Group {
  readonly items: Item[];
  bytes: number;
  readonly keys: { readonly query: Item["query"]; readonly lambda: Item["lambda"] };
}

/** By the keys that the prefix names; a group that is full is closed and another one begun. */
function group(items: readonly Item[], facts: ObjectFacts, failed: FailedItem[]): Group[] {
  const { destination, now } = facts;
  const keys = piecesOf(destination.output.prefix).filter((piece) => piece.kind === "key");
  const open = new Map<string, Group>();
  const closed: Group[] = [];
  const sizeMax = Math.min(OBJECT_BYTES_MAX, destination.sizeBytes);
  for (const item of items) {
    const missing = keys.find(({ from, name }) => !item[from].has(name));
    const full = !open.has(keyOf(item, keys)) && open.size >= PARTITIONS_MAX;
    if (missing !== undefined) {
      const message = `partition key ${missing.name} was not given`;
      failed.push(
        failure(item, now(), { code: "DynamicPartitioning.PartitionKeyNotFound", message }),
      );
    } else if (full) {
      const message = `more than ${PARTITIONS_MAX} partitions are active`;
      const code = "DynamicPartitioning.ActivePartitionLimitExceeded";
      failed.push(failure(item, now(), { code, message, type: "activePartitionExceeded" }));
    } else {
      const key = keyOf(item, keys);
      const found = open.get(key) ?? { items: [], bytes: 0, keys: item };
      open.set(key, found);
      found.items.push(item);
      found.bytes += item.data.length;
      if (keys.length > 0 && found.bytes >= sizeMax) {
        closed.push({ ...found, items: found.items.splice(0) });
        found.bytes = 0;
      }
    }
  }
  return [...closed, ...open.values()].filter((each) => each.items.length > 0);
}

function keyOf(item: Item, keys: readonly Extract<Piece, { kind: "key" }>[]): string {
  return JSON.stringify(keys.map(({ from, name }) => item[from].get(name)));
}

async function toDataObject(
  { items, keys }: Group,
  facts: ObjectFacts,
  failed: FailedItem[],
): Promise<MadeObject | undefined> {
  const { output, conversion } = facts.destination;
  const at = oldest(items.map(({ source }) => source.arrivedAt));
  const named = {
    query: new Map([...keys.query].map(([name, key]) => [name, toNamePart(key)])),
    lambda: new Map([...keys.lambda].map(([name, key]) => [name, toNamePart(key)])),
  };
  const folder = print(output.prefix, "prefix", { ...facts, output, at, keys: named });
  const problem = checkEvaluated(folder);
  if (problem !== undefined) {
    const why = { code: "DynamicPartitioning.InvalidPrefix", message: problem };
    failed.push(...items.map((item) => failure(item, facts.now(), why)));
    return undefined;
  }
  const head = `${folder}${baseName(facts, output, at)}`;
  if (conversion === undefined) {
    const chunks = await pack(
      items.map(({ data }) => data),
      output.compression,
      at,
    );
    const { encoding } = PACKINGS[output.compression];
    return { head, extension: output.extension, chunks, records: items.length, encoding };
  }
  const converter = openConverter(conversion);
  const rows: (readonly unknown[])[] = [];
  for (const item of items) {
    const converted = converter.convert(item, facts.now());
    if (converted.kind === "row") {
      rows.push(converted.values);
    } else {
      failed.push(converted.failed);
    }
  }
  return rows.length === 0
    ? undefined
    : {
        head,
        extension: output.extension,
        chunks: [toParquet(conversion.columns, rows, conversion.compression)],
        records: rows.length,
        encoding: undefined,
      };
}

/** One object per type of error: a line for each record, uncompressed as Firehose leaves them. */
function toErrorObjects(failed: readonly FailedItem[], facts: ObjectFacts): MadeObject[] {
  const { output } = facts.destination;
  return [...Map.groupBy(failed, ({ type }) => type)].map(([errorType, items]) => {
    const at = oldest(items.map(({ arrivedAt }) => arrivedAt));
    const { errorPrefix, prefix } = output;
    // Without an error prefix: the prefix, the type, and the date, with nothing between them.
    const folder =
      errorPrefix === undefined
        ? print(`${prefix}${errorType}`, "prefix", { ...facts, output, at })
        : print(errorPrefix, "errorPrefix", { ...facts, output, at, errorType });
    return {
      head: `${folder}${baseName(facts, output, at)}`,
      extension: "",
      chunks: [Buffer.from(items.map(({ line }) => `${JSON.stringify(line)}\n`).join(""))],
      records: items.length,
      encoding: undefined,
    };
  });
}

async function toBackup(
  records: readonly SourceRecord[],
  output: Output,
  facts: ObjectFacts,
): Promise<MadeObject> {
  const at = oldest(records.map(({ arrivedAt }) => arrivedAt));
  const folder = print(output.prefix, "prefix", { ...facts, output, at });
  const data = records.map((record) => record.data);
  return {
    head: `${folder}${baseName(facts, output, at)}`,
    extension: output.extension,
    chunks: await pack(data, output.compression, at),
    records: records.length,
    encoding: PACKINGS[output.compression].encoding,
  };
}

/** `NAME-VERSION-yyyy-MM-dd-HH-mm-ss-`, in the destination's zone; a UUID follows. */
function baseName({ stream, version }: ObjectFacts, { timeZone }: Output, at: number): string {
  const pieces = piecesOf("!{timestamp:yyyy-MM-dd-HH-mm-ss}");
  return `${toNamePart(stream)}-${version}-${printPrefix(pieces, { at, timeZone, random: () => 0 })}-`;
}

function print(
  text: string,
  setting: "prefix" | "errorPrefix",
  facts: {
    readonly output: Output;
    readonly at: number;
    readonly random: () => number;
    readonly errorType?: string;
    readonly keys?: { readonly query: Item["query"]; readonly lambda: Item["lambda"] };
  },
): string {
  const pieces = parsePrefix(text, setting);
  const { output, at, random, errorType, keys } = facts;
  // The configuration was refused where a prefix does not parse.
  return typeof pieces === "string"
    ? text
    : printPrefix(pieces, { at, random, errorType, keys, timeZone: output.timeZone });
}

function piecesOf(text: string): readonly Piece[] {
  const pieces = parsePrefix(text, "prefix");
  return typeof pieces === "string" ? [] : pieces;
}

function oldest(times: readonly number[]): number {
  return times.reduce((least, time) => Math.min(least, time), Infinity);
}

/** The name of a made object. */
export function nameOf({ head, extension }: MadeObject, uuid: string): ObjectName | undefined {
  return toObjectName(`${head}${uuid}${extension}`);
}
