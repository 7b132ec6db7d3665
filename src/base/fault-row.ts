/** What the tables of faults say of each. */

export type Stage =
  | "define"
  | "gateway"
  | "check"
  | "stream"
  | "delivery"
  | "lake"
  | "warehouse"
  | "models"
  | "books"
  | "sources"
  | "api"
  | "runtime"
  | "cli"
  | "deploy";

export interface FaultRow {
  readonly stage: Stage;
  /** HTTP status where the fault reaches a client. */
  readonly status: number;
  /** Whether the same request can succeed later without any change. */
  readonly retry: boolean;
  readonly message: string;
  readonly remedy: string;
}
