/** One file on this disk → batches of its records: unpacked, turned into UTF-8, in the check's own CSV. */

import { createReadStream } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { causeOf, Fault } from "../../../base/faults.ts";
import { SPLIT_LIMITS, type Splitter } from "../../../files/batch.ts";
import { knownMagic, toFormat } from "../../../files/sniff.ts";
import { csvEnds, type CsvSigns, ndjsonEnds } from "../../../files/split/record-ends.ts";
import { splitJson } from "../../../files/split/split-json.ts";
import { splitCsv, splitNdjson } from "../../../files/split/split-lines.ts";
import type { FileSourcePlan } from "../../../plan/sources/source-plan.ts";
import { type FileBatch, fromPlace, toBatches } from "./batches.ts";
import { type Dialect, isPlain, readRows, toDialect, toPlainCsv } from "./csv/dialect.ts";
import { readParquet } from "./parquet.ts";
import { fromSpreadsheet } from "./csv/spreadsheet.ts";
import { toUtf8, toWritten } from "./text.ts";

const CHUNK_BYTES = 262_144;
const HEAD_BYTES = 65_536;

export interface FileToRead {
  readonly path: string;
  /** As people call it: its format is told by it. */
  readonly name: string;
  /** Records already brought. */
  readonly skip: number;
  /** Hears how the file was read where that is not plain. */
  readonly say: (note: string) => void;
}

export type ReadPlan = Pick<
  FileSourcePlan,
  "format" | "encoding" | "delimiter" | "quote" | "decimal" | "tags" | "columns" | "texts"
>;

/** Throws FILE_UNREADABLE where the file is not what it should be, or damaged. */
export async function* readFile(file: FileToRead, plan: ReadPlan): AsyncGenerator<FileBatch> {
  const raw = await openRaw(file);
  if (plan.format === "parquet" || knownMagic(raw.head) === "a Parquet file") {
    await raw.close();
    yield* readParquet(file.path, file.skip);
    return;
  }
  try {
    const unpacked = await withHead(unpack(raw, file.name), HEAD_BYTES);
    yield* readText(unpacked, file, plan);
  } catch (thrown) {
    throw toUnreadable(thrown, file.name);
  } finally {
    await raw.close();
  }
}

async function openRaw({ path, name }: FileToRead): Promise<Headed> {
  try {
    return await withHead(createReadStream(path, { highWaterMark: CHUNK_BYTES }), 4);
  } catch (thrown) {
    throw toUnreadable(thrown, name);
  }
}

async function* readText(
  bytes: Headed,
  file: FileToRead,
  plan: ReadPlan,
): AsyncGenerator<FileBatch> {
  const written = toWritten(bytes.head, plan.encoding);
  refuseBinary(bytes.head, written.encoding, file.name);
  const text = await withHead(toUtf8(bytes.all, written, file.say), HEAD_BYTES);
  const format = plan.format === "auto" ? toFormat(file.name, text.head) : plan.format;
  const batches =
    format === "csv" ? readCsv(text, file, plan) : readJson(text, format === "ndjson", file);
  for await (const batch of batches) {
    const rest = fromPlace(batch, file.skip);
    if (rest !== undefined) {
      yield rest;
    }
  }
}

async function* readJson(
  { all }: Headed,
  lines: boolean,
  file: FileToRead,
): AsyncGenerator<FileBatch> {
  const splitter = lines ? splitNdjson() : splitJson();
  const ends = lines ? ndjsonEnds() : undefined;
  yield* toBatches(all, { splitter, ends, headerLines: 0 });
  tellTooLong(splitter, file);
}

async function* readCsv(raw: Headed, file: FileToRead, plan: ReadPlan): AsyncGenerator<FileBatch> {
  const { head, all, delimiter, linesBefore } = fromSpreadsheet(raw, file.say);
  const said = plan.delimiter === "auto" && delimiter !== undefined ? { delimiter } : {};
  const dialect = toDialect(head, { ...plan, ...said });
  const signs: CsvSigns = {
    delimiter: dialect.delimiter.charCodeAt(0),
    quote: dialect.quote.charCodeAt(0),
  };
  const { columns } = plan;
  const text = columns === undefined ? all : headed(columns, dialect, all);
  const splitter = splitCsv(SPLIT_LIMITS, signs);
  const headerLines = linesBefore + (columns === undefined ? 1 : 0);
  const texts = new Set(plan.texts);
  let first = true;
  for await (const batch of toBatches(text, { splitter, ends: csvEnds(signs), headerLines })) {
    const body = isPlain(dialect)
      ? batch.body
      : Buffer.from(toPlainCsv(batch.body.toString("utf8"), dialect, texts));
    const plain = { ...batch, body };
    const tagged = first && plan.tags === "auto" && hasTags(plain.body);
    first = false;
    const rest = tagged ? fromPlace(plain, 1) : plain;
    if (rest !== undefined) {
      yield rest;
    }
  }
  tellTooLong(splitter, file);
}

/** Such a record could not be kept whole anywhere: it is left in its file, and said so. */
function tellTooLong({ tooLong }: Splitter, file: FileToRead): void {
  const { count, first: at } = tooLong;
  if (count > 0) {
    file.say(
      `${count} row(s) longer than ${SPLIT_LIMITS.recordBytesMax} bytes passed over, first row ${at}`,
    );
  }
}

/** Whether the first row under the header is HXL's: tags in all cells that are not empty. */
function hasTags(body: Buffer): boolean {
  const start = body.subarray(0, HEAD_BYTES).toString("utf8");
  const [, row] = readRows(start, { delimiter: ",", quote: '"', decimalComma: false });
  const cells = row?.cells.filter(({ text }) => text.trim() !== "") ?? [];
  return cells.length > 0 && cells.every(({ text }) => /^\s*#[a-z]/i.test(text));
}

async function* headed(
  columns: readonly string[],
  { delimiter, quote }: Dialect,
  text: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const cells = columns.map((name) => `${quote}${name.replaceAll(quote, quote + quote)}${quote}`);
  yield Buffer.from(`${cells.join(delimiter)}\n`);
  yield* text;
}

interface Headed {
  readonly head: Buffer;
  /** All bytes, the head among them. */
  readonly all: AsyncIterable<Buffer>;
  close(): Promise<void>;
}

async function withHead(source: AsyncIterable<Buffer>, bytesMin: number): Promise<Headed> {
  const iterator = source[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  let bytes = 0;
  while (bytes < bytesMin) {
    const next = await iterator.next();
    if (next.done === true) {
      break;
    }
    chunks.push(next.value);
    bytes += next.value.length;
  }
  const close = async (): Promise<void> => void (await iterator.return?.());
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield* chunks.splice(0);
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        yield next.value;
      }
    } finally {
      await close();
    }
  }
  return { head: Buffer.concat(chunks), all: all(), close };
}

function unpack({ head, all }: Headed, name: string): AsyncIterable<Buffer> {
  const magic = knownMagic(head);
  if (magic === "gzip" || magic === "zstd") {
    const unpacker = magic === "gzip" ? createGunzip() : createZstdDecompress();
    // The callback hears the same error that the one who reads is thrown.
    pipeline(Readable.from(all, { objectMode: false }), unpacker, () => {});
    return unpacker as AsyncIterable<Buffer>;
  }
  if (magic === undefined && /\.(gz|zst)$/i.test(name)) {
    const cause = "its name ends like a packed file's, but it is not packed";
    throw new Fault("FILE_UNREADABLE", { file: name, cause });
  }
  return all;
}

function refuseBinary(head: Buffer, encoding: string | undefined, name: string): void {
  const magic = knownMagic(head);
  const isText = magic === undefined || magic.startsWith("text in UTF-16");
  const wide = encoding?.startsWith("utf-16") === true;
  if (!isText || (!wide && head.includes(0))) {
    const cause = `it is ${isText ? "binary, not text" : magic}`;
    throw new Fault("FILE_UNREADABLE", { file: name, cause });
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "reading it is not permitted",
  EISDIR: "it is a folder",
  Z_BUF_ERROR: "its packed data ends too early, so the file was cut short",
  Z_DATA_ERROR: "its packed data is damaged",
};

export function toUnreadable(thrown: unknown, file: string): Fault {
  if (thrown instanceof Fault) {
    return thrown;
  }
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  return new Fault("FILE_UNREADABLE", { file, cause: CAUSES[code] ?? causeOf(thrown) }, thrown);
}
