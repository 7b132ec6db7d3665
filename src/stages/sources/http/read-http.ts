/** An API's records: pull after pull, page after page, each page durable before the next is asked for. */

import { createHash } from "node:crypto";
import { splitCsv, splitNdjson } from "../../../files/split/split-lines.ts";
import type { Splitter } from "../../../files/batch.ts";
import type { HttpSourcePlan } from "../../../plan/sources/source-plan.ts";
import { refusal } from "../follow.ts";
import type { ReadBatch, ReadContext, ReaderWorld } from "../reader.ts";
import { fillAll } from "../variables.ts";
import { type Answered, Asker } from "./ask.ts";
import { type Position, toAddress, toNext } from "./pages.ts";
import { NotRecords, parseAnswer } from "./parse.ts";

export interface HttpContext extends ReadContext {
  readonly world: ReaderWorld;
}

/** What the checkpoint says: the next page, or when the last pull ended. */
interface State {
  readonly at?: Position;
  /** Pages and records of the pull under way. */
  readonly pages: number;
  readonly records: number;
  readonly endedAt?: number;
  /** Of an answer without pages, to ask whether there is anything new. */
  readonly etag?: string | undefined;
}

const FRESH: State = { pages: 0, records: 0 };
/** One page goes through the door in pieces of so many records or bytes. */
const PIECE_RECORDS = 5000;
const PIECE_BYTES = 4_194_304;

export async function* readHttp(
  plan: HttpSourcePlan,
  context: HttpContext,
): AsyncGenerator<ReadBatch> {
  const { signal, clock, sleep, tell, name, world } = context;
  const asker = new Asker(plan, context);
  let state = toState(context.checkpoint);
  while (!signal.aborted) {
    if (state.endedAt !== undefined) {
      if (plan.every === 0) {
        return;
      }
      // Never longer than between two pulls: after a clock was set back the last one ended in the future.
      await sleep(Math.min(plan.every, Math.max(0, state.endedAt + plan.every - clock.now())));
      state = { ...FRESH, etag: state.etag, ...(plan.again === "last" ? { at: state.at } : {}) };
      continue;
    }
    const headers = fillAll(plan.headers, name, world.env);
    const query = fillAll(plan.query, name, world.env);
    const url = toAddress({ url: plan.url, query }, plan.paging, state.at);
    const etag = state.pages === 0 && state.at === undefined ? state.etag : undefined;
    const answer = await asker.ask({ url, headers, etag });
    if (answer === undefined) {
      return;
    }
    const page = toPage(answer, url, { plan, name, pages: state.pages });
    const next = toNext(plan.paging, state.at, { ...page, link: answer.link });
    const now = clock.now();
    const before = state;
    state = after(before, { next, records: page.records, etag: answer.etag, now });
    tell({ progress: `${state.records} records in ${state.pages} pages of this pull` });
    yield* toBatches(page, { before, after: state, name });
  }
}

function toState(checkpoint: string | undefined): State {
  return checkpoint === undefined ? FRESH : (JSON.parse(checkpoint) as State);
}

function after(
  state: State,
  page: { next: Position; records: number; etag: string | undefined; now: number },
): State {
  const pages = state.pages + 1;
  const records = state.records + page.records;
  if (page.next !== undefined) {
    return { at: page.next, pages, records };
  }
  // A first page that is the same does not say that those after it are.
  const etag = pages === 1 ? page.etag : undefined;
  return {
    at: state.at,
    pages,
    records,
    endedAt: page.now,
    ...(etag === undefined ? {} : { etag }),
  };
}

interface Piece {
  readonly body: Buffer;
  readonly format: ReadBatch["format"];
  readonly records: number;
}

interface PageOfRecords {
  readonly whole: unknown;
  readonly records: number;
  readonly pieces: readonly Piece[];
  /** Of all its bytes. */
  readonly hash: string;
}

const NOTHING: PageOfRecords = { whole: undefined, records: 0, pieces: [], hash: "" };

/** Throws SOURCE_REFUSED where the answer holds no records. */
function toPage(
  answer: Answered,
  url: string,
  about: { plan: HttpSourcePlan; name: string; pages: number },
): PageOfRecords {
  const { body, type } = answer;
  const { plan, name, pages } = about;
  if (body === undefined || body.length === 0) {
    return NOTHING;
  }
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 20);
  const format = plan.format === "auto" ? toFormat(type) : plan.format;
  if (format !== "json") {
    const pieces = split(body, format === "csv" ? splitCsv() : splitNdjson(), format);
    return { whole: undefined, records: total(pieces), pieces, hash };
  }
  try {
    const { whole, records } = parseAnswer(body.toString("utf8"), plan.records);
    return { whole, records: records.length, pieces: toLines(records), hash };
  } catch (thrown) {
    // Some answer what lies behind the last page by an error.
    if (thrown instanceof NotRecords && pages === 0) {
      throw refusal({ url, source: name }, thrown.message);
    }
    if (
      thrown instanceof NotRecords &&
      (plan.paging?.by === "page" || plan.paging?.by === "offset")
    ) {
      return NOTHING;
    }
    throw thrown instanceof NotRecords ? refusal({ url, source: name }, thrown.message) : thrown;
  }
}

function toFormat(type: string): "json" | "ndjson" | "csv" {
  if (type.includes("ndjson") || type.includes("jsonl")) {
    return "ndjson";
  }
  return type.startsWith("text/csv") ? "csv" : "json";
}

function split(body: Buffer, splitter: Splitter, format: "csv" | "ndjson"): Piece[] {
  const batches = [...splitter.push(body), ...splitter.end()];
  return batches.map(({ body: piece, records }) => ({ body: piece, format, records }));
}

function total(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { records }) => sum + records, 0);
}

function toLines(records: readonly unknown[]): Piece[] {
  const pieces: Piece[] = [];
  let lines: string[] = [];
  let chars = 0;
  const flush = (): void => {
    const body = Buffer.from(lines.join("\n"));
    pieces.push({ body, format: "ndjson", records: lines.length });
    lines = [];
    chars = 0;
  };
  for (const record of records) {
    const line = JSON.stringify(record);
    // In UTF-8 a character of a text has three bytes at most.
    if (
      lines.length > 0 &&
      (lines.length >= PIECE_RECORDS || (chars + line.length) * 3 > PIECE_BYTES)
    ) {
      flush();
    }
    lines.push(line);
    chars += line.length;
  }
  if (lines.length > 0) {
    flush();
  }
  return pieces;
}

/** Only the last piece of a page moves the checkpoint on; those before it have ids by their page's bytes. */
function* toBatches(
  page: PageOfRecords,
  states: { readonly before: State; readonly after: State; readonly name: string },
): Generator<ReadBatch> {
  const { name } = states;
  const [checkpoint, held] = [JSON.stringify(states.after), JSON.stringify(states.before)];
  if (page.pieces.length === 0) {
    yield { body: "", format: "ndjson", checkpoint };
    return;
  }
  let first = 0;
  for (const [index, { body, format, records }] of page.pieces.entries()) {
    const from = first;
    const origin = (member: number): string =>
      `${name}: page ${states.after.pages} record ${from + member + 1}`;
    const last = index === page.pieces.length - 1;
    const key = { text: `${name}.${page.hash}`, first };
    yield { body, format, checkpoint: last ? checkpoint : held, key, origin };
    first += records;
  }
}
