/** Statements of one object: staged as text, judged row by row, then rows and misfits into their tables. Pure. */

import { defined } from "../../../../base/assert.ts";
import { DEAD_LETTER_COLUMNS } from "../../../../base/dead-letter.ts";
import type { Instant } from "../../../../base/clock.ts";
import { type ColumnType, DELIVERED_COLUMNS, LOADED_COLUMNS } from "../../../../base/record.ts";
import type { StreamPlan } from "../../../../plan/plan.ts";
import type { Evolution } from "../../objects/evolve.ts";
import { quoteText } from "../../../../base/snowflake-text.ts";
import { pointerTo, quoteName, timestampText } from "../quote.ts";
import { fitted } from "./fit.ts";
import {
  memberText,
  nameList,
  rawText,
  type StagedObject,
  stagedRows,
  strangers,
  textOf,
} from "./read-object.ts";

/** One object on its way into one table. */
export interface Target {
  readonly stream: Pick<StreamPlan, "name" | "schemaVersion" | "drift">;
  readonly object: StagedObject;
  /** Names as they are declared, not quoted. */
  readonly table: string;
  readonly letters: string;
  readonly judged: string;
  readonly load: number;
  readonly loadedAt: Instant;
  readonly evolution: Evolution;
}

/** What a load does before its transaction begins, and inside it. */
export interface Steps {
  /** Temporary tables: making one would end a transaction. */
  readonly before: readonly string[];
  readonly inside: readonly string[];
}

interface Value {
  readonly text: string;
  readonly type: ColumnType;
  readonly pointer: string;
  /** Whether a misfit sets the row aside. */
  readonly strict: boolean;
}

export function loadStaged(target: Target): Steps {
  const { object } = target;
  return {
    before: [
      ...object.staging(object),
      judgedStatement(target),
      mustHold(target.judged, object.part.records, object.part.name),
    ],
    inside: [insertFitting(target), insertMisfits(target)],
  };
}

/**
 * A statement that fails where a count is not what it should be, and so ends the script and what it has open. The text
 * is found again in Snowflake's words; it holds the count, so that no planner can tell its value beforehand.
 */
export function mustHold(table: string, expected: number, name: string): string {
  const found = `(SELECT COUNT(*) FROM ${table})`;
  const text = quoteText(`OBJECT_DAMAGED ${name} should have ${expected} row(s) and has `);
  return `SELECT TO_NUMBER(IFF(${found} = ${expected}, '1', ${text} || ${found}))`;
}

function valuesOf({ object, evolution, stream }: Target): readonly Value[] {
  const planned = [...object.row, ...DELIVERED_COLUMNS].map((column) => ({
    text: textOf(object, column),
    type: column.type,
    pointer: pointerTo(column.name),
    strict: true,
  }));
  const strict = stream.drift.typeChange === "quarantine";
  const moved = evolution.moves.map(({ member, type }) => ({
    text: memberText("_STRANGERS", member, type),
    type,
    pointer: pointerTo(member),
    strict,
  }));
  return [...planned, ...moved];
}

/** One row per row of the object: its texts, their fitted values, and a reason for each that does not fit. */
function judgedStatement(target: Target): string {
  const { object, judged } = target;
  const values = valuesOf(target);
  const texts = values.map(({ text }, at) => `${text} AS T${at}`);
  const fits = values.map(({ type }, at) => `${fitted(`T${at}`, type)} AS V${at}`);
  const id = `T${object.row.length}`;
  const reasons = [
    `CASE WHEN ${id} IS NULL THEN ${reason("/_event_id")} ELSE '' END`,
    ...values.flatMap(({ strict, pointer, type }, at) =>
      strict && type !== "text"
        ? [`CASE WHEN T${at} IS NOT NULL AND V${at} IS NULL THEN ${reason(pointer)} ELSE '' END`]
        : [],
    ),
  ];
  // Rows are counted again: whether a header counts as a row of the file is for nobody to remember.
  return `CREATE OR REPLACE TEMPORARY TABLE ${judged} AS
    SELECT _AT, _LINE, _STRANGERS, ${values.map((_value, at) => `V${at}`).join(", ")},
      ${reasons.join(" || ")} AS _MISFITS
    FROM (SELECT *, ${fits.join(", ")} FROM (SELECT _AT, _LINE, _STRANGERS, ${texts.join(", ")}
      FROM (SELECT * EXCLUDE (_LINE), _LINE AS _AT, ROW_NUMBER() OVER (ORDER BY _LINE) AS _LINE,
        ${strangers(object)} AS _STRANGERS FROM ${stagedRows(object)})))`;
}

function reason(path: string): string {
  const told = { code: "LOAD_REJECTED", path, message: "The value does not fit its column." };
  return quoteText(`,${JSON.stringify(told)}`);
}

function insertFitting(target: Target): string {
  const { object, evolution, table, judged } = target;
  const columns = [...object.row, ...DELIVERED_COLUMNS];
  const values = columns.map(({ name }, at) =>
    name === "_extra" ? remainingExtra(target, `V${at}`) : `V${at}`,
  );
  const moved = evolution.moves.map((_move, at) => `V${columns.length + at}`);
  const names = nameList([
    ...columns,
    ...evolution.moves.map(({ column }) => ({ name: column })),
    ...LOADED_COLUMNS,
  ]);
  return `INSERT INTO ${quoteName(table)} (${names})
    SELECT ${[...values, ...moved, lineageValues(target, "_LINE")].join(", ")}
    FROM ${judged} WHERE _MISFITS = '' ORDER BY _LINE`;
}

/** `_extra` without what moved into columns, with what could not, and null when nothing is left. */
function remainingExtra({ object, evolution }: Target, extra: string): string {
  const { moves, stays } = evolution;
  if (moves.length + stays.length === 0) {
    return extra;
  }
  if (object.part.format !== "csv") {
    const kept = stays.map((member) => `${quoteText(member)}, _STRANGERS[${quoteText(member)}]`);
    const made = `OBJECT_CONSTRUCT(${kept.join(", ")})`;
    return kept.length === 0 ? extra : `PARSE_JSON(NULLIF(TO_JSON(${made}), '{}'))`;
  }
  const gone = moves.map(({ member }) => quoteText(member)).join(", ");
  const rest = gone === "" ? extra : `OBJECT_DELETE(${extra}::OBJECT, ${gone})`;
  return `PARSE_JSON(NULLIF(TO_JSON(${rest}), '{}'))`;
}

/** The row's text is made only for those who need it: most objects have none. */
function insertMisfits(target: Target): string {
  const { stream, object, letters, judged, loadedAt } = target;
  const first = object.row.length;
  const delivered = DELIVERED_COLUMNS.map((_column, at) => `V${first + at}`);
  const names = nameList([...DEAD_LETTER_COLUMNS, ...DELIVERED_COLUMNS, ...LOADED_COLUMNS]);
  const name = quoteText(object.part.name);
  const values = [
    `COALESCE(V${first}, ${name} || ':' || _LINE)`,
    quoteText(stream.name),
    "'load'",
    "'LOAD_REJECTED'",
    "PARSE_JSON('[' || SUBSTR(_MISFITS, 2) || ']')",
    quoteText(stream.schemaVersion),
    `COALESCE(V${first + 3}, ${timestampText(loadedAt)})`,
    "'loader'",
    name,
    "_LINE - 1",
    "BASE64_ENCODE(TO_BINARY(R._RAW_TEXT, 'UTF-8'))",
    "R._RAW_TEXT",
    ...delivered,
    lineageValues(target, "_LINE"),
  ];
  return `INSERT INTO ${quoteName(letters)} (${names})
    SELECT ${values.join(", ")} FROM ${judged} AS J
    JOIN (SELECT _LINE AS _PLACE, ${rawText(object)} AS _RAW_TEXT FROM ${object.table}
      WHERE _LINE IN (SELECT _AT FROM ${judged} WHERE _MISFITS <> '')) AS R ON R._PLACE = J._AT
    WHERE J._MISFITS <> ''`;
}

type Lineage = Pick<Target, "object" | "load" | "loadedAt">;

/** Values of LOADED_COLUMNS in their order; `line` is an expression. */
function lineageValues({ object, load, loadedAt }: Lineage, line: string): string {
  return [quoteText(object.part.name), line, load, timestampText(loadedAt)].join(", ");
}

/** Letters that the transform set aside; they have no place in a log, so that their id and arrival stand in. */
export function loadFailed(target: Omit<Target, "stream" | "evolution">): Steps {
  const { object, letters, judged } = target;
  const columns = [...DEAD_LETTER_COLUMNS, ...DELIVERED_COLUMNS];
  const values = columns.map(
    (column) => `${letterValue(object, column.name)} AS ${quoteName(column.name)}`,
  );
  const names = nameList([...columns, ...LOADED_COLUMNS]);
  return {
    before: [
      ...object.staging(object),
      `CREATE OR REPLACE TEMPORARY TABLE ${judged} AS
    SELECT ROW_NUMBER() OVER (ORDER BY _LINE) AS _AT, ${values.join(", ")} FROM ${stagedRows(object)}`,
      mustHold(judged, object.part.records, object.part.name),
    ],
    inside: [
      `INSERT INTO ${quoteName(letters)} (${names})
    SELECT ${nameList(columns)}, ${lineageValues(target, "_AT")} FROM ${judged}`,
    ],
  };
}

function letterValue(object: StagedObject, name: string): string {
  const columns = [...DEAD_LETTER_COLUMNS, ...DELIVERED_COLUMNS];
  const value = (wanted: string): string => {
    const column = defined(
      columns.find((one) => one.name === wanted),
      "a letter has its columns",
    );
    return fitted(textOf(object, column), column.type);
  };
  if (name === "_event_id") {
    return `COALESCE(${value(name)}, ${value("id")})`;
  }
  return name === "_accepted_at"
    ? `COALESCE(${value(name)}, ${value("received_at")})`
    : value(name);
}
