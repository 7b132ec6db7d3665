/** The dead letters as people look at them: grouped by cause, newest first, one in full. */

import { Fault } from "../../base/faults.ts";
import type { Cell, Query } from "../../seams/query.ts";

export interface LetterGroup {
  readonly stream: string;
  readonly stage: string;
  readonly cause: string;
  readonly path: string;
  readonly message: string;
  readonly count: number;
  readonly newest_at: string;
  readonly example_id: string;
}

export interface LetterList {
  readonly total: number;
  readonly groups: readonly LetterGroup[];
  readonly letters: readonly Readonly<Record<string, unknown>>[];
}

const LIST_MAX = 1000;
const PREVIEW_CHARS = 500;
const COLUMNS =
  "id, stream, stage, cause, CAST(reasons AS VARCHAR) AS reasons, received_at, caller";

/** Groups by stream, stage, cause and place, and the newest `limit` letters: those that are open, or all. */
export async function listLetters(
  query: Query,
  wanted: { readonly stream?: string | undefined; readonly limit: number; readonly all?: boolean },
): Promise<LetterList> {
  const from = wanted.all === true ? "dead_letters" : "open_dead_letters";
  const where = wanted.stream === undefined ? "" : "WHERE stream = ?";
  const params = wanted.stream === undefined ? [] : [wanted.stream];
  const limit = Math.max(1, Math.min(LIST_MAX, Math.trunc(wanted.limit)));
  const groups = await rows(
    query,
    `SELECT stream, stage, cause, coalesce(CAST(get_path(reasons, '[0].path') AS VARCHAR), '') AS path,
       coalesce(max_by(CAST(get_path(reasons, '[0].message') AS VARCHAR), received_at), '') AS message,
       count(*) AS count, max(received_at) AS newest_at, max_by(id, received_at) AS example_id
     FROM ${from} ${where} GROUP BY 1, 2, 3, 4 ORDER BY count DESC, newest_at DESC LIMIT 100`,
    params,
  );
  const letters = await rows(
    query,
    `SELECT ${COLUMNS}, left(raw_text, ${PREVIEW_CHARS}) AS preview FROM ${from} ${where}
     ORDER BY received_at DESC, id DESC LIMIT ${limit}`,
    params,
  );
  const total = groups.reduce((sum, group) => sum + Number(group["count"]), 0);
  return { total, groups: groups as unknown as LetterGroup[], letters: letters.map(withReasons) };
}

/** One letter with its raw bytes, the newest of its id, and what became of it. Throws DEAD_LETTER_UNKNOWN. */
export async function showLetter(
  query: Query,
  id: string,
): Promise<Readonly<Record<string, unknown>>> {
  const sql = `SELECT ${COLUMNS}, schema_version, request_id, member, raw_text, raw_base64, _object, _line
    FROM dead_letters WHERE id = ? ORDER BY received_at DESC LIMIT 1`;
  const [letter] = await rows(query, sql, [id]);
  if (letter === undefined) {
    throw new Fault("DEAD_LETTER_UNKNOWN", { id });
  }
  const moves = await rows(
    query,
    `SELECT moved_at, state, attempt, event_id, reason, caller FROM dead_letter_moves
     WHERE letter = ? AND state <> 'intent' ORDER BY moved_at, _sequence LIMIT 100`,
    [id],
  );
  return { ...withReasons(letter), moves };
}

async function rows(
  query: Query,
  sql: string,
  params: readonly Cell[],
): Promise<Record<string, Cell>[]> {
  const result = await query.run(sql, { params });
  return result.rows.map((row) =>
    Object.fromEntries(result.columns.map(({ name }, index) => [name, row[index] ?? null])),
  );
}

function withReasons(letter: Record<string, Cell>): Record<string, unknown> {
  return { ...letter, reasons: JSON.parse(String(letter["reasons"])) as unknown };
}
