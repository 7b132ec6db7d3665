/** Processed records → objects: of a cut, or of what waited of a partition. Conversion, error output, backup. Knows no disk. */

import { defined } from "../../../../base/assert.ts";
import { type ObjectName, toObjectName } from "../../../../base/object-name.ts";
import { parsePrefix, type Piece } from "../../../../plan/prefix/parse-prefix.ts";
import { checkEvaluated, printPrefix } from "../../../../plan/prefix/prefix.ts";
import { toParquet } from "../../encode/format/parquet.ts";
import type { Destination, Output } from "../config/destination.ts";
import { pack, PACKINGS } from "../pack/pack.ts";
import { toNamePart } from "../partition/name-part.ts";
import { fromPart, type PartKeys } from "../partition/part.ts";
import type { Waiting } from "../partition/waiting.ts";
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

/** All objects of a cut, in a fixed order: data, errors, backup. */
export async function makeObjects(
  records: readonly SourceRecord[],
  processed: Processed,
  facts: ObjectFacts,
): Promise<readonly MadeObject[]> {
  const { destination } = facts;
  const failed = [...processed.failed];
  const made: MadeObject[] = [];
  if (processed.items.length > 0) {
    const object = await toDataObject({ items: processed.items, keys: NO_KEYS }, facts, failed);
    made.push(...(object === undefined ? [] : [object]));
  }
  made.push(...toErrorObjects(failed, facts));
  if (destination.backup !== undefined && records.length > 0) {
    const data = records.map((record) => record.data);
    const at = oldest(records.map(({ arrivedAt }) => arrivedAt));
    made.push(await toBackup(data, at, facts));
  }
  return made;
}

/** What waited of a partition as its object; of data more, where the configuration was changed meanwhile. */
export async function makeWaiting(
  { kind, part, oldestAt }: Waiting,
  data: readonly Buffer[],
  facts: ObjectFacts,
): Promise<readonly MadeObject[]> {
  switch (kind) {
    case "error":
      return [toErrorObject(part, { at: oldestAt, lines: data }, facts)];
    case "backup":
      return [await toBackup(data, oldestAt, facts)];
    case "data": {
      const keys = fromPart(part);
      const items = data.map((bytes): Item => {
        const source = { id: "", data: bytes, arrivedAt: oldestAt, kinesis: undefined };
        return { source, data: bytes, ...keys };
      });
      const failed: FailedItem[] = [];
      const object = await toDataObject({ items, keys }, facts, failed);
      return [...(object === undefined ? [] : [object]), ...toErrorObjects(failed, facts)];
    }
  }
}

interface Group {
  readonly items: readonly Item[];
  readonly keys: PartKeys;
}

const NO_KEYS: PartKeys = { query: new Map(), lambda: new Map() };

/** What is wrong with the folder of a partition, or undefined; told before its records wait for it. */
export function folderProblem(part: string, at: number, facts: ObjectFacts): string | undefined {
  const { output } = facts.destination;
  return checkEvaluated(folderOf(fromPart(part), { ...facts, output, at, random: () => 0 }));
}

function folderOf(
  keys: PartKeys,
  facts: { readonly output: Output; readonly at: number; readonly random: () => number },
): string {
  const named = {
    query: new Map([...keys.query].map(([name, key]) => [name, toNamePart(key)])),
    lambda: new Map([...keys.lambda].map(([name, key]) => [name, toNamePart(key)])),
  };
  return print(facts.output.prefix, "prefix", { ...facts, keys: named });
}

async function toDataObject(
  { items, keys }: Group,
  facts: ObjectFacts,
  failed: FailedItem[],
): Promise<MadeObject | undefined> {
  const { output, conversion } = facts.destination;
  const at = oldest(items.map(({ source }) => source.arrivedAt));
  const folder = folderOf(keys, { ...facts, output, at });
  const problem = missingKey(keys, output.prefix) ?? checkEvaluated(folder);
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

/** Only where the prefix was changed while records waited for the old one. */
function missingKey(keys: PartKeys, prefix: string): string | undefined {
  const missing = piecesOf(prefix).find(
    (piece) => piece.kind === "key" && !keys[piece.from].has(piece.name),
  );
  return missing?.kind === "key" ? `partition key ${missing.name} was not given` : undefined;
}

/** One object per type of error. */
function toErrorObjects(failed: readonly FailedItem[], facts: ObjectFacts): MadeObject[] {
  return [...Map.groupBy(failed, ({ type }) => type)].map(([errorType, items]) => {
    const at = oldest(items.map(({ arrivedAt }) => arrivedAt));
    return toErrorObject(errorType, { at, lines: items.map(toLine) }, facts);
  });
}

export function toLine({ line }: FailedItem): Buffer {
  return Buffer.from(`${JSON.stringify(line)}\n`);
}

/** A line for each record, uncompressed as Firehose leaves them. */
function toErrorObject(
  errorType: string,
  { at, lines }: { readonly at: number; readonly lines: readonly Buffer[] },
  facts: ObjectFacts,
): MadeObject {
  const { output } = facts.destination;
  const { errorPrefix, prefix } = output;
  // Without an error prefix: the prefix, the type, and the date, with nothing between them.
  const folder =
    errorPrefix === undefined
      ? print(`${prefix}${errorType}`, "prefix", { ...facts, output, at })
      : print(errorPrefix, "errorPrefix", { ...facts, output, at, errorType });
  return {
    head: `${folder}${baseName(facts, output, at)}`,
    extension: "",
    chunks: [Buffer.concat(lines)],
    records: lines.length,
    encoding: undefined,
  };
}

async function toBackup(
  data: readonly Buffer[],
  at: number,
  facts: ObjectFacts,
): Promise<MadeObject> {
  const output = defined(facts.destination.backup, "a backup is never taken away");
  const folder = print(output.prefix, "prefix", { ...facts, output, at });
  return {
    head: `${folder}${baseName(facts, output, at)}`,
    extension: output.extension,
    chunks: await pack(data, output.compression, at),
    records: data.length,
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
    readonly keys?: PartKeys;
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
