/** Reads a *.sqltest file: plain-text cases of rows given to raw tables and rows expected of models. Pure. */

import { Fault } from "../../base/faults.ts";

/** Rows that arrive together, as one load. */
export interface GivenStep {
  readonly kind: "given";
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | undefined)[])[];
  readonly line: number;
}

/** Rows, in any order, that a model or a query must have; every model has run before. */
export interface ExpectStep {
  readonly kind: "expect";
  readonly from: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | undefined)[])[];
  readonly line: number;
}

export type TestStep = GivenStep | ExpectStep;

export interface SqlTest {
  readonly name: string;
  readonly line: number;
  readonly steps: readonly TestStep[];
}

/**
 * Cases begin with `test <name>`. `given <table>` and `expect <model>` (or `expect select …`) are followed by a CSV
 * header and rows, up to an empty line. An empty field is null, `""` the empty text. Lines that begin with # are
 * comments. Columns that `given` leaves out are null; lineage is made up: a second, a sequence and a load further each.
 */
export function parseSqlTests(text: string, file: string): readonly SqlTest[] {
  const lines = text.split(/\r?\n/);
  const tests: { name: string; line: number; steps: TestStep[] }[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = (lines[at] ?? "").trim();
    at += 1;
    if (line === "" || line.startsWith("#")) {
      continue;
    }
    const match = /^(test|given|expect)\s+(.+)$/.exec(line);
    const test = tests.at(-1);
    if (match === null || (match[1] !== "test" && test === undefined)) {
      throw invalid(
        file,
        at,
        "a line is `test <name>`, `given <table>`, `expect <model>` or a row",
      );
    }
    const [, word, rest = ""] = match;
    if (word === "test") {
      tests.push({ name: rest, line: at, steps: [] });
      continue;
    }
    const block = readBlock(lines, at, file);
    const step = { columns: block.columns, rows: block.rows, line: at };
    test?.steps.push(
      word === "given"
        ? { ...step, kind: "given", table: rest }
        : { ...step, kind: "expect", from: rest },
    );
    at = block.next;
  }
  return tests;
}

interface Block {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | undefined)[])[];
  /** Index of the first line after the block. */
  readonly next: number;
}

function readBlock(lines: readonly string[], start: number, file: string): Block {
  let next = start;
  while (next < lines.length && (lines[next] ?? "").trim() !== "") {
    next += 1;
  }
  const block = lines
    .slice(start, next)
    .map((text, index) => ({ text, line: start + index + 1 }))
    .filter(({ text }) => !text.startsWith("#"));
  const [header, ...rows] = block;
  if (header === undefined) {
    throw invalid(file, start + 1, "here belongs a header, the columns' names");
  }
  const columns = splitRow(header.text).map((name) => name ?? "");
  return {
    columns,
    next,
    rows: rows.map(({ text, line }) => {
      const cells = splitRow(text);
      if (cells.length !== columns.length) {
        throw invalid(
          file,
          line,
          `the row has ${cells.length} fields, the header ${columns.length}`,
        );
      }
      return cells;
    }),
  };
}

/** Fields of one CSV line, without the blanks around them; undefined is null. */
function splitRow(text: string): (string | undefined)[] {
  const cells: (string | undefined)[] = [];
  const field = /\s*(?:"((?:[^"]|"")*)"|([^,]*?))\s*(,|$)/gy;
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    const [, quoted, plain, end] = match;
    cells.push(quoted?.replaceAll('""', '"') ?? (plain === "" ? undefined : plain));
    if (end === "") {
      break;
    }
  }
  return cells;
}

function invalid(file: string, line: number, cause: string): Fault {
  return new Fault("MODEL_INVALID", { model: "test", file, line, cause });
}
