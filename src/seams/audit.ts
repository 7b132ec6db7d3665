/** books → warehouse. A loaded cut's objects read once more, so that they and the live rows answer the same SQL. */

import type { Instant } from "../base/clock.ts";
import type { Manifest } from "./announce.ts";
import type { Cell } from "./query.ts";

/** Tables that hold what the objects of the audited cut give now, while its statements run and not longer. */
export const AUDITED = { rows: "_audited_rows", letters: "_audited_letters" } as const;

export interface AuditRequest {
  readonly manifest: Manifest;
  /** Number and time of the cut's load, as the ledger has them. */
  readonly load: number;
  readonly loadedAt: Instant;
  /** They may read; their answers come in the same order. */
  readonly statements: readonly string[];
}

/** Rows per statement. */
export type AuditAnswer = readonly (readonly (readonly Cell[])[])[];

export interface Audit {
  /** Throws LOAD_FAILED where the objects can no longer be read as rows, OBJECT_MISSING, QUERY_FAILED, WAREHOUSE_DOWN. */
  audit(request: AuditRequest): Promise<AuditAnswer>;
}
