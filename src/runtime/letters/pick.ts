/** Picks open dead letters out of the warehouse, page by page, oldest first. */

import type { LetterKey } from "../../base/dead-letter-move.ts";
import { Fault } from "../../base/faults.ts";
import type { Cell, Query, ResultSet } from "../../seams/query.ts";

export interface Filter {
  readonly stream: string | undefined;
  readonly cause: string | undefined;
  readonly ids: readonly string[] | undefined;
  /** Continues behind the page that gave it. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** A letter as far as moving it needs. */
export interface PickedLetter extends LetterKey {
  readonly stream: string;
  readonly cause: string;
  /** JSON text of the reasons. */
  readonly reasons: string;
  readonly attempts: number;
  readonly raw: Buffer;
  /** Where the stream's log holds the event, where the letter knows. */
  readonly place: { readonly shard: number; readonly sequence: number } | undefined;
}

export interface Page {
  readonly letters: readonly PickedLetter[];
  /** Undefined behind the last page. */
  readonly next: string | undefined;
  /** What `next` would be had the page ended with this letter. */
  readonly behind: (letter: PickedLetter) => string;
}

export const LETTERS_PER_PAGE_MAX = 5000;
/** Base64 of the records of one page; a page has one letter at least, however long. */
const PAGE_CHARS_MAX = 8 * 1_048_576;

/** Where a page ended; letters that came after the first page was picked are not part of the walk. */
interface Cursor {
  readonly until: string;
  readonly at: string;
  readonly id: string;
  readonly stage: string;
  readonly member: number;
}

// A model makes its letters anew whenever it runs: they are mended in the model or in the events it reads.
const MOVABLE = "stage IN ('check', 'transform', 'load')";
/** Nobody knows yet whether these were appended: a redrive of theirs ended in the middle, and their log is not whole. */
const UNSETTLED = `(SELECT letter, stage, received_at, member FROM dead_letter_moves
  WHERE state IN ('intent', 'redriven', 'abandoned')
  GROUP BY run, letter, stage, received_at, member HAVING min(CASE WHEN state = 'intent' THEN 1 ELSE 0 END) = 1)`;
const SETTLED = `NOT EXISTS (SELECT 1 FROM ${UNSETTLED} u WHERE u.letter = l.id AND u.stage = l.stage
  AND u.received_at = l.received_at AND u.member = l.member)`;
const ORDER = "received_at, id, stage, member";

/** One page of open letters. Throws REQUEST_INVALID for a cursor that is none. */
export async function pickLetters(query: Query, filter: Filter, now: string): Promise<Page> {
  const cursor = filter.after === undefined ? undefined : toCursor(filter.after);
  const until = cursor?.until ?? now;
  const { where, params } = conditions(filter, cursor, until);
  const sql = `SELECT id, stage, received_at, member, stream, cause,
      CAST(reasons AS VARCHAR), attempts, raw_base64, _shard, _sequence
    FROM (SELECT * FROM open_dead_letters l WHERE ${where} ORDER BY ${ORDER} LIMIT ${filter.limit})
    QUALIFY sum(length(raw_base64)) OVER (ORDER BY ${ORDER} ROWS UNBOUNDED PRECEDING) <= ${PAGE_CHARS_MAX}
      OR row_number() OVER (ORDER BY ${ORDER}) = 1
    ORDER BY ${ORDER}`;
  const { rows } = await query.run(sql, { params });
  const letters = rows.map(toPicked);
  const behind = (letter: PickedLetter): string => fromCursor({ ...cursorOf(letter), until });
  const last = letters.at(-1);
  const more = last !== undefined && (await isMore(query, filter, { ...cursorOf(last), until }));
  return { letters, next: more ? behind(last) : undefined, behind };
}

async function isMore(query: Query, filter: Filter, cursor: Cursor): Promise<boolean> {
  const { where, params } = conditions(filter, cursor, cursor.until);
  const sql = `SELECT 1 FROM open_dead_letters l WHERE ${where} LIMIT 1`;
  return (await query.run(sql, { params })).rows.length > 0;
}

interface Conditions {
  readonly where: string;
  readonly params: readonly Cell[];
}

function conditions(filter: Filter, cursor: Cursor | undefined, until: string): Conditions {
  const parts: [string, readonly Cell[]][] = [
    [MOVABLE, []],
    [SETTLED, []],
    ["received_at <= CAST(? AS TIMESTAMP)", [plainTime(until)]],
  ];
  if (filter.stream !== undefined) {
    parts.push(["stream = ?", [filter.stream]]);
  }
  if (filter.cause !== undefined) {
    parts.push(["cause = ?", [filter.cause]]);
  }
  if (filter.ids !== undefined) {
    parts.push(idsIn(filter.ids));
  }
  if (cursor !== undefined) {
    const { at, id, stage, member } = cursor;
    parts.push([
      `(${ORDER}) > (CAST(? AS TIMESTAMP), ?, ?, ?)`,
      [plainTime(at), id, stage, member],
    ]);
  }
  return {
    where: parts.map(([text]) => text).join(" AND "),
    params: parts.flatMap(([, values]) => values),
  };
}

/** The table's times have no zone and mean UTC. */
function plainTime(iso: string): string {
  return iso.replace(/Z$/, "");
}

/** Above this, one parameter: thousands of them take longer to bind than all the rest. */
const IDS_BOUND_MAX = 500;

function idsIn(ids: readonly string[]): [string, readonly Cell[]] {
  return ids.length <= IDS_BOUND_MAX
    ? [`id IN (${ids.map(() => "?").join(", ") || "NULL"})`, ids]
    : [`id IN (SELECT unnest(from_json(CAST(? AS JSON), '["VARCHAR"]')))`, [JSON.stringify(ids)]];
}

/** A time to the millisecond, as letters are named by it. */
export function isoTime(cell: Cell | undefined): string {
  return new Date(String(cell)).toISOString();
}

function toPicked(row: ResultSet["rows"][number]): PickedLetter {
  const [id, stage, receivedAt, member, stream, cause, reasons, attempts, raw, shard, sequence] =
    row;
  const inLog = stage === "load" && typeof shard === "number" && typeof sequence === "number";
  return {
    letter: String(id),
    stage: String(stage),
    received_at: isoTime(receivedAt),
    member: Number(member),
    stream: String(stream),
    cause: String(cause),
    reasons: String(reasons),
    attempts: Number(attempts),
    raw: Buffer.from(String(raw), "base64"),
    place: inLog ? { shard, sequence } : undefined,
  };
}

function cursorOf({
  received_at: at,
  letter: id,
  stage,
  member,
}: LetterKey): Omit<Cursor, "until"> {
  return { at, id, stage, member };
}

function fromCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

function toCursor(text: string): Cursor {
  try {
    const found = JSON.parse(Buffer.from(text, "base64url").toString()) as Cursor;
    const { until, at, id, stage, member } = found;
    const texts = [until, at, id, stage].every((one) => typeof one === "string");
    if (texts && typeof member === "number") {
      return { until, at, id, stage, member };
    }
  } catch {
    // Told below, like every other text that is no cursor.
  }
  throw new Fault("REQUEST_INVALID", { cause: "after must be the `next` of an earlier answer" });
}
