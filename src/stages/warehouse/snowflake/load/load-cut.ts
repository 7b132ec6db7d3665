/** Loads one cut: its rows, its letters and its ledger row in one transaction, or nothing. */

import type { Instant } from "../../../../base/clock.ts";
import { DEAD_LETTER_COLUMNS } from "../../../../base/dead-letter.ts";
import { causeOf, Fault } from "../../../../base/faults.ts";
import { DEAD_LETTERS } from "../../../../base/record.ts";
import type { StreamPlan } from "../../../../plan/plan.ts";
import { type Manifest, nameOfCut } from "../../../../seams/announce.ts";
import { type Evolution, planEvolution } from "../../objects/evolve.ts";
import { readHeader } from "../../objects/header.ts";
import type { LocalObjects } from "../../warehouse.ts";
import { rowsOf, type Running, type Transport } from "../client/transport.ts";
import { removeAside } from "../aside.ts";
import { mustBeNew, takeLoad, writeLedger } from "../ledger.ts";
import {
  growStatements,
  LETTERS_TABLE,
  type Member,
  readMembers,
  tableColumns,
} from "../schema.ts";
import { loadFailed, loadStaged, type Steps } from "./load-staged.ts";
import type { Brought } from "./way.ts";

export interface CutToLoad {
  readonly transport: Transport;
  readonly running: Running;
  readonly brought: Pick<Brought, "staging" | "planned" | "taken">;
  readonly stream: StreamPlan;
  readonly manifest: Manifest;
  readonly objects: LocalObjects;
  readonly load: number;
  readonly loadedAt: Instant;
  /** Tables of the same columns that take the place of the stream's own and of the letters'. */
  readonly into?: { readonly rows: string; readonly letters: string };
}

export interface Staged {
  readonly rows: number;
  readonly setAside: number;
}

const NOTHING: Evolution = { adds: [], moves: [], stays: [] };
const JUDGED = "_JUDGED";
const NO_STEPS: Steps = { before: [], inside: [] };

/** Throws LOAD_FAILED, OBJECT_DAMAGED; nothing of the cut is kept then. */
export async function loadCut(cut: CutToLoad, owner: string): Promise<Staged> {
  const { manifest, load, loadedAt } = cut;
  const steps = await stepsOf(cut);
  const counts = countsOf(cut);
  const script = [
    ...steps.before,
    "BEGIN TRANSACTION",
    ...takeLoad(load, owner),
    mustBeNew(manifest),
    ...steps.inside,
    writeLedger({ load, manifest, loadedAt, ...counts }),
    removeAside(manifest),
    ...cut.brought.taken,
    "COMMIT",
    `SELECT "ROWS", SET_ASIDE FROM _LOADS WHERE LOAD = ${load}`,
  ];
  const [row] = await runScript(cut, script);
  return { rows: Number(row?.[0] ?? 0), setAside: Number(row?.[1] ?? 0) };
}

/** Rows and rows set aside of a cut's object, as expressions over the table where they were judged. */
export function countsOf({ manifest }: CutToLoad): {
  readonly rows: string;
  readonly setAside: string;
} {
  const count = (of: string): string =>
    manifest.object === undefined
      ? "0"
      : `(SELECT COUNT(*) FROM ${JUDGED} WHERE _MISFITS ${of} '')`;
  return { rows: count("="), setAside: count("<>") };
}

/** Runs a script of a cut and gives the rows of its last answer. Throws LOAD_FAILED, OBJECT_DAMAGED. */
export async function runScript(
  cut: CutToLoad,
  script: readonly string[],
): ReturnType<typeof rowsOf> {
  try {
    const answers = await cut.transport.script(script, cut.running);
    const last = answers.at(-1);
    return last === undefined ? [] : await rowsOf(last);
  } catch (thrown) {
    throw toLoadFault(cut, thrown);
  }
}

function toLoadFault({ stream, manifest }: CutToLoad, thrown: unknown): unknown {
  if (thrown instanceof Fault && thrown.code !== "QUERY_CANCELLED") {
    return thrown;
  }
  const cause = causeOf(thrown);
  const name = nameOfCut(manifest);
  const damage = /OBJECT_DAMAGED .*? (should have \d+ row\(s\) and has \d+)/.exec(cause);
  return damage === null
    ? new Fault("LOAD_FAILED", { object: name, table: stream.table, cause }, thrown)
    : new Fault("OBJECT_DAMAGED", { name, cause: `it ${damage[1] ?? ""}` }, thrown);
}

/** What makes a cut's rows and letters stand in their tables. */
export async function stepsOf(cut: CutToLoad): Promise<Steps> {
  const [rows, letters] = [await objectSteps(cut), letterSteps(cut)];
  return {
    before: [...rows.before, ...letters.before],
    inside: [...rows.inside, ...letters.inside],
  };
}

async function objectSteps(cut: CutToLoad): Promise<Steps> {
  const { stream, manifest, objects, brought, into } = cut;
  const { staging } = brought;
  const { object: part } = manifest;
  if (part === undefined || objects.object === undefined) {
    return NO_STEPS;
  }
  const own = stream.name === DEAD_LETTERS;
  const letters = into?.letters ?? LETTERS_TABLE;
  const headed = part.format === "csv" && !brought.planned;
  const fields = headed ? await readHeader(objects.object, part) : undefined;
  return loadStaged({
    ...cut,
    object: { staging, part, row: stream.row, fields, table: "_STAGED" },
    table: own ? letters : (into?.rows ?? stream.table),
    letters,
    judged: JUDGED,
    evolution: await evolve(cut),
  });
}

function letterSteps(cut: CutToLoad): Steps {
  const { manifest, objects, brought, into } = cut;
  const { staging } = brought;
  const { failed: part } = manifest;
  if (part === undefined || objects.failed === undefined) {
    return NO_STEPS;
  }
  const letters = into?.letters ?? LETTERS_TABLE;
  const row = DEAD_LETTER_COLUMNS;
  return loadFailed({
    ...cut,
    object: { staging, part, row, fields: undefined, table: "_STAGED_LETTERS" },
    table: letters,
    letters,
    judged: "_JUDGED_LETTERS",
  });
}

/** Adds the columns that the cut brings. They stay where the load fails after all: an empty column does no harm. */
async function evolve({
  transport,
  running,
  stream,
  manifest,
  into,
}: CutToLoad): Promise<Evolution> {
  const { discovered } = manifest;
  if (stream.drift.newField !== "evolve" || Object.keys(discovered).length === 0) {
    return NOTHING;
  }
  const planned = tableColumns(stream);
  const known: readonly Member[] = await readMembers(transport, stream.table, running);
  const evolution = planEvolution({
    discovered,
    planned: new Set(planned.map(({ name }) => name)),
    table: [...planned, ...known],
  });
  // An audit looks at what is there and lets nothing grow.
  const adds = into === undefined ? growStatements(stream.table, evolution.adds) : [];
  if (adds.length > 0) {
    await transport.script(adds, running);
  }
  return evolution;
}
