/** The careful way: every row as text first, fields beside the schema moved into columns, misfits set aside one by one. */

import { DEAD_LETTER_COLUMNS } from "../../../../base/dead-letter.ts";
import { type ColumnType, DELIVERED_COLUMNS, LOADED_COLUMNS } from "../../../../base/record.ts";
import { timestampText } from "../ledger.ts";
import { readRows } from "../query/run-query.ts";
import { pointerTo, quoteName, quoteText } from "../quote.ts";
import type { Evolution } from "../../objects/evolve.ts";
import { fitted } from "./fit.ts";
import { readAsText, REJECTS } from "./read-object.ts";
import { lineageValues, nameList, type Target } from "./target.ts";

export interface Staged {
  readonly rows: number;
  readonly setAside: number;
}

/** A value of a row: its text, whether a misfit sets the row aside, and the columns' names in the staged tables. */
interface Value {
  readonly text: string;
  readonly type: ColumnType;
  readonly pointer: string;
  readonly strict: boolean;
  /** `t3` and `v3`: the text and the fitted value. */
  readonly place: number;
}

export async function loadStaged(target: Target, evolution: Evolution): Promise<Staged> {
  const { connection } = target;
  const members = [...evolution.moves.map(({ member }) => member), ...evolution.stays];
  for (const table of [REJECTS.table, REJECTS.scans]) {
    await connection.run(`DROP TABLE IF EXISTS ${table}`);
  }
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE _staged AS ${readAsText(target.object, members)}`,
  );
  await connection.run(`CREATE OR REPLACE TEMP TABLE _judged AS ${judgement(target, evolution)}`);
  const rows = await insertFitting(target, evolution);
  const setAside = (await setAsideMisfits(target)) + (await setAsideRejects(target));
  await connection.run("DROP TABLE _staged");
  await connection.run("DROP TABLE _judged");
  return { rows, setAside };
}

function valuesOf(target: Target, evolution: Evolution): readonly Value[] {
  const columns = [...target.object.row, ...DELIVERED_COLUMNS];
  const planned = columns.map(({ name, type }, place) => ({
    text: `_texts[${place + 1}]`,
    type,
    pointer: pointerTo(name),
    strict: true,
    place,
  }));
  const strict = target.stream.drift.typeChange === "quarantine";
  const moved = evolution.moves.map(({ member, type }, at) => {
    const value = `_found[${at + 1}]`;
    const text =
      type === "json"
        ? `nullif(CAST(${value} AS VARCHAR), 'null')`
        : `json_extract_string(${value}, '$')`;
    return { text, type, pointer: pointerTo(member), strict, place: columns.length + at };
  });
  return [...planned, ...moved];
}

/** One row per row of the object: texts, fitted values, and the pointers of those that do not fit, one per line. */
function judgement(target: Target, evolution: Evolution): string {
  const values = valuesOf(target, evolution);
  const texts = values.map(({ text, place }) => `${text} AS t${place}`);
  const fits = values.map(({ type, place }) => `${fitted(`t${place}`, type)} AS v${place}`);
  const misfits = values
    .filter(({ strict }) => strict)
    .map(
      ({ place, pointer }) =>
        `CASE WHEN t${place} IS NOT NULL AND v${place} IS NULL THEN ${quoteText(pointer)} END`,
    );
  const id = `t${target.object.row.length}`;
  return `SELECT *, concat_ws(chr(10), CASE WHEN ${id} IS NULL THEN '/_event_id' END, ${misfits.join(", ")}) AS _misfits
    FROM (SELECT *, ${fits.join(", ")} FROM (SELECT _line, _raw, _found, ${texts.join(", ")} FROM _staged))`;
}

async function insertFitting(target: Target, evolution: Evolution): Promise<number> {
  const { connection, object, table } = target;
  const columns = [...object.row, ...DELIVERED_COLUMNS];
  const values = columns.map(({ name }, place) =>
    name === "_extra" ? remainingExtra(`v${place}`, evolution) : `v${place}`,
  );
  const moved = evolution.moves.map((_move, at) => `v${columns.length + at}`);
  const names = nameList([
    ...columns,
    ...evolution.moves.map(({ column }) => ({ name: column })),
    ...LOADED_COLUMNS,
  ]);
  const result = await connection.run(
    `INSERT INTO ${quoteName(table)} (${names})
     SELECT ${[...values, ...moved, lineageValues(target, "_line")].join(", ")}
     FROM _judged WHERE _misfits = '' ORDER BY _line`,
  );
  return result.rowsChanged;
}

/** `_extra` without what moved into columns, with what could not, and null when nothing is left. */
function remainingExtra(extra: string, { moves, stays }: Evolution): string {
  const gone = Object.fromEntries(moves.map(({ member }) => [member, null]));
  const kept = stays.map((member, at) => `${quoteText(member)}, _found[${moves.length + at + 1}]`);
  // A merge patch leaves out members that are null, so that absent fields do not appear here.
  const merged = `json_merge_patch(coalesce(${extra}, '{}'), json_object(${kept.join(", ")}))`;
  const cleaned = `json_merge_patch(${merged}, ${quoteText(JSON.stringify(gone))})`;
  return `CAST(nullif(CAST(${cleaned} AS VARCHAR), '{}') AS JSON)`;
}

async function setAsideMisfits(target: Target): Promise<number> {
  const first = target.object.row.length;
  const delivered = DELIVERED_COLUMNS.map((_column, at) => `v${first + at}`);
  const [id, , , acceptedAt] = delivered;
  const reasons = `to_json(list_transform(string_split(_misfits, chr(10)), lambda p: {
    'code': 'LOAD_REJECTED', 'path': p, 'message': 'The value does not fit its column.' }))`;
  return await insertLetters(target, {
    id: `coalesce(${id}, ${quoteText(target.object.part.name)} || ':' || _line)`,
    reasons,
    receivedAt: `coalesce(${acceptedAt}, ${timestampText(target.loadedAt)})`,
    raw: "_raw",
    delivered: delivered.join(", "),
    from: "_judged WHERE _misfits <> ''",
    line: "_line",
  });
}

/** Lines of a CSV object that are no rows at all; only a lenient CSV read leaves the table of them. */
async function setAsideRejects(target: Target): Promise<number> {
  const found = await readRows(
    target.connection,
    `SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name = '${REJECTS.table}'`,
  );
  if (found[0]?.[0] !== 1) {
    return 0;
  }
  const nulls = DELIVERED_COLUMNS.map(() => "NULL");
  return await insertLetters(target, {
    id: `${quoteText(target.object.part.name)} || ':' || _line`,
    reasons: `to_json([{ 'code': 'LOAD_REJECTED', 'path': '', 'message': _why }])`,
    receivedAt: timestampText(target.loadedAt),
    raw: "_raw",
    delivered: nulls.join(", "),
    from: `(SELECT line::BIGINT - 1 AS _line, any_value(csv_line) AS _raw, any_value(error_message) AS _why
      FROM ${REJECTS.table} GROUP BY line)`,
    line: "_line",
  });
}

interface Letters {
  readonly id: string;
  readonly reasons: string;
  readonly receivedAt: string;
  readonly raw: string;
  readonly delivered: string;
  readonly from: string;
  readonly line: string;
}

async function insertLetters(target: Target, letters: Letters): Promise<number> {
  const { stream, object, connection } = target;
  const { id, reasons, receivedAt, raw, delivered, from, line } = letters;
  const names = nameList([...DEAD_LETTER_COLUMNS, ...DELIVERED_COLUMNS, ...LOADED_COLUMNS]);
  const result = await connection.run(
    `INSERT INTO ${quoteName(target.letters)} (${names})
     SELECT ${id}, ${quoteText(stream.name)}, 'load', 'LOAD_REJECTED', ${reasons},
       ${quoteText(stream.schemaVersion)}, ${receivedAt}, 'loader', ${quoteText(object.part.name)}, ${line} - 1,
       to_base64(encode(${raw})), ${raw}, ${delivered}, ${lineageValues(target, line)}
     FROM ${from}`,
  );
  return result.rowsChanged;
}
