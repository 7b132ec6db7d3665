/** What the threads of a simulation say to each other. */

import type { FaultCode, Facts } from "../base/faults.ts";
import type { RunResult } from "./run.ts";

export interface WorkerAssignment {
  /** The pipeline's file. */
  readonly file: string;
  readonly hours: number | undefined;
}

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "result"; readonly result: RunResult }
  | { readonly kind: "refused"; readonly code: FaultCode; readonly facts: Facts };
