/** Whole records of a file as bodies, with the place and the line of each. */

import { LIMITS } from "../../../base/limits.ts";
import { assert } from "../../../base/assert.ts";
import { type Batch, SPLIT_LIMITS, type Splitter } from "../../../files/batch.ts";
import {
  CSV_SIGNS,
  csvEnds,
  ndjsonEnds,
  type RecordEnds,
} from "../../../files/split/record-ends.ts";

export interface FileBatch {
  readonly body: Buffer;
  readonly format: "csv" | "ndjson" | "json";
  /** Place of its first record in the file, from 0. */
  readonly first: number;
  readonly records: number;
  /** Where a record of it stands, to be put behind the file's name. */
  readonly line: (member: number) => string;
}

assert(SPLIT_LIMITS.batchBytes < LIMITS.bodyBytesMax, "what is split fits through the door");

const LINE_FEED = 0x0a;
const FORMATS = {
  "text/csv": "csv",
  "application/json": "json",
  "application/x-ndjson": "ndjson",
} as const;

/** Cuts text into batches; how it is cut does not depend on how it comes. */
export async function* toBatches(
  text: AsyncIterable<Buffer>,
  how: {
    readonly splitter: Splitter;
    readonly ends: RecordEnds | undefined;
    /** Lines of the file before its first record. */
    readonly headerLines: number;
  },
): AsyncGenerator<FileBatch> {
  const { splitter, ends } = how;
  let lines = how.headerLines;
  const toOne = (batch: Batch): FileBatch => {
    const format = FORMATS[batch.type];
    const headerEnd = format === "csv" ? csvHeaderEnd(batch.body, ends) : 0;
    const before = lines;
    if (ends !== undefined) {
      lines += countFeeds(batch.body, headerEnd);
    }
    const line = (member: number): string =>
      ends === undefined
        ? ` record ${batch.first + member}`
        : `:${before + 1 + countLines(batch.body, { from: headerEnd, member, ends })}`;
    return { body: batch.body, format, first: batch.first - 1, records: batch.records, line };
  };
  for await (const chunk of text) {
    yield* splitter.push(chunk).map(toOne);
  }
  yield* splitter.end().map(toOne);
}

function csvHeaderEnd(body: Buffer, ends: RecordEnds | undefined): number {
  ends?.forget();
  const end = ends?.next(body, 0) ?? 0;
  ends?.forget();
  return Math.max(0, end);
}

/** Lines before member `member`. */
function countLines(
  body: Buffer,
  {
    from,
    member,
    ends,
  }: { readonly from: number; readonly member: number; readonly ends: RecordEnds },
): number {
  return countFeeds(body.subarray(0, placeOf(body, { from, member, ends })), from);
}

/** Where member `member` begins; empty lines before it are no records. */
function placeOf(
  body: Buffer,
  {
    from,
    member,
    ends,
  }: { readonly from: number; readonly member: number; readonly ends: RecordEnds },
): number {
  ends.forget();
  let [at, left] = [from, member];
  for (;;) {
    while (body[at] === LINE_FEED || body[at] === 0x0d) {
      at += 1;
    }
    if (left === 0) {
      break;
    }
    const end = ends.next(body, at);
    if (end === -1) {
      break;
    }
    at = end;
    left -= 1;
  }
  ends.forget();
  return at;
}

function countFeeds(body: Buffer, from: number): number {
  let count = 0;
  for (let at = body.indexOf(LINE_FEED, from); at !== -1; at = body.indexOf(LINE_FEED, at + 1)) {
    count += 1;
  }
  return count;
}

/** Where each record begins, and the end of the last; what is before the first is the header. */
export function recordPlaces({ body, format, records }: FileBatch): number[] {
  if (format === "json") {
    return [0, body.length];
  }
  const ends = format === "csv" ? csvEnds(CSV_SIGNS) : ndjsonEnds();
  let at = format === "csv" ? csvHeaderEnd(body, ends) : 0;
  const places: number[] = [];
  for (let member = 0; member < records; member += 1) {
    at = placeOf(body, { from: at, member: 0, ends });
    places.push(at);
    at = ends.next(body, at);
    at = at === -1 ? body.length : at;
  }
  return [...places, body.length];
}

/** Members `[from, to)` as a batch of their own; `places` are its records'. */
export function sliceBatch(
  batch: FileBatch,
  places: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
): FileBatch {
  const header = batch.body.subarray(0, places[0]);
  const rows = batch.body.subarray(places[from], places[to]);
  return {
    body: Buffer.concat([header, rows]),
    format: batch.format,
    first: batch.first + from,
    records: to - from,
    line: (member) => batch.line(member + from),
  };
}

/** The batch from place `skip` on; undefined when nothing of it is left. */
export function fromPlace(batch: FileBatch, skip: number): FileBatch | undefined {
  const drop = skip - batch.first;
  if (drop <= 0) {
    return batch;
  }
  if (drop >= batch.records) {
    return undefined;
  }
  return sliceBatch(batch, recordPlaces(batch), { from: drop, to: batch.records });
}
