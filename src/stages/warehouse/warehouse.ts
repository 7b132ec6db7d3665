/** What every warehouse offers, whichever engine it is; one folder beside this file per engine. */

import type { Instant } from "../../base/clock.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import type { Fault } from "../../base/faults.ts";
import { type Manifest, nameOfCut, type StoredPart } from "../../seams/announce.ts";
import type { AuditAnswer } from "../../seams/audit.ts";
import type { BatchExecute, Execute } from "../../seams/execute.ts";
import type { CutAside } from "../../seams/meter.ts";
import type { Query } from "../../seams/query.ts";

/** Local files of a manifest's parts. */
export interface LocalObjects {
  readonly object: string | undefined;
  readonly failed: string | undefined;
}

export interface Loaded {
  readonly load: number;
  readonly rows: number;
  readonly setAside: number;
}

/** A cut to be set aside, with its manifest where that can be read. */
export interface CutToPass {
  readonly cut: number;
  readonly manifest: Manifest | undefined;
}

export interface AsideReason {
  readonly fault: Fault;
  readonly attempts: number;
}

/** The sums of a stream's ledger rows, and of its cuts set aside. */
export interface LoadTotals {
  /** Newest cut that is loaded or set aside. */
  readonly cut: number;
  /** Records of the stream that the cuts up to there cover. */
  readonly records: number;
  readonly rows: number;
  readonly setAside: number;
}

export interface Warehouse extends AsyncDisposable {
  readonly query: Query;
  /** Makes tables and columns that the plan names and the database lacks. Throws TABLE_MISMATCH. */
  ensure(plan: Plan): Promise<void>;
  /**
   * Loads a cut exactly once, all of it or nothing; cuts of a stream come in order, one load at a time, but for those
   * that were set aside, which come late and then stand there no more. A cut that is loaded already gives undefined.
   * Throws OBJECT_DAMAGED, LOAD_REFUSED, LOAD_FAILED, WAREHOUSE_DOWN.
   */
  load(stream: StreamPlan, manifest: Manifest, objects: LocalObjects): Promise<Loaded | undefined>;
  /** Passes over the stream's next cut, durably, so that later ones are loaded; again, it has another reason. */
  setAside(stream: StreamPlan, cut: CutToPass, reason: AsideReason): Promise<void>;
  /** Cuts of a stream that are set aside, by number. */
  asides(stream: string): readonly CutAside[];
  /**
   * Puts rows and letters of a loaded cut back that its tables lack, under the load they had; a row that is there stays
   * as it is. Gives how many came back. Throws OBJECT_DAMAGED, LOAD_FAILED; nothing is changed then.
   */
  reload(stream: StreamPlan, manifest: Manifest, objects: LocalObjects): Promise<number>;
  /** What the tables have of each loaded cut of a stream, beside what the ledger says. */
  holdings(stream: StreamPlan): Promise<readonly Holding[]>;
  /**
   * Reads a loaded cut's objects once more as a load does, into tables of their own (seams/audit.ts) that are gone when
   * this resolves, and answers statements over these and all others. The objects need not be what the manifest says.
   * Throws LOAD_FAILED, QUERY_FAILED.
   */
  audit(stream: StreamPlan, cut: AuditedCut, statements: readonly string[]): Promise<AuditAnswer>;
  /** Queries over one object of the lake, from a local file of it (seams/objects.ts). */
  over(stream: StreamPlan, part: StoredPart, path: string): Query;
  totals(stream: string): LoadTotals;
  /** The newest load of all, 0 before the first. */
  newestLoad(): number;
  execute(): Promise<Execute | BatchExecute>;
}

/** One loaded cut of a stream. */
export interface Holding {
  readonly cut: number;
  /** Rows and rows set aside, as the ledger has them. */
  readonly rows: number;
  readonly setAside: number;
  /** Places that have a row, and letters of transform and load, as the tables have them. */
  readonly rowsFound: number;
  readonly lettersFound: number;
}

/** A loaded cut, with local files of its parts. */
export interface AuditedCut {
  readonly manifest: Manifest;
  readonly load: number;
  readonly loadedAt: Instant;
  readonly object: string | undefined;
  readonly failed: string | undefined;
}

/** A cause is for people: an engine's may quote a whole row. */
const CAUSE_CHARS_MAX = 400;

/** What is written down of a cut that is set aside. */
export function toAside(
  { cut, manifest }: CutToPass,
  { fault, attempts }: AsideReason,
  at: Instant,
): CutAside {
  return {
    cut,
    object: manifest === undefined ? `manifest of cut ${cut}` : nameOfCut(manifest),
    records: manifest?.records ?? 0,
    code: fault.code,
    cause: fault.message.slice(0, CAUSE_CHARS_MAX),
    attempts,
    at,
  };
}

/** The ledger's sums by stream, with the cuts that are set aside counted in. */
export function totalsWith(
  ledger: ReadonlyMap<string, LoadTotals>,
  asides: ReadonlyMap<string, readonly CutAside[]>,
): Map<string, LoadTotals> {
  const totals = new Map(ledger);
  for (const [stream, cuts] of asides) {
    const loaded = totals.get(stream) ?? { cut: 0, records: 0, rows: 0, setAside: 0 };
    totals.set(stream, {
      ...loaded,
      cut: Math.max(loaded.cut, cuts.at(-1)?.cut ?? 0),
      records: cuts.reduce((sum, { records }) => sum + records, loaded.records),
    });
  }
  return totals;
}
