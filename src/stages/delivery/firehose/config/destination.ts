/** A destination with everything settled: what the delivery of one stream goes by. Plain data, fit for a message. */

import type { Column } from "../../../../base/record.ts";
import type { LambdaPlan } from "../../../../plan/plan.ts";
import type { CompressionFormat } from "../pack/pack.ts";

/** Where objects of one kind go, and in which form. */
export interface Output {
  readonly prefix: string;
  readonly errorPrefix: string | undefined;
  readonly timeZone: string;
  readonly compression: CompressionFormat;
  /** With its dot; empty where objects have none. */
  readonly extension: string;
}

export type SubRecords =
  | { readonly kind: "json" }
  | { readonly kind: "delimited"; /** Base64. */ readonly delimiter: string };

/** A function is asked when the records for it fill its plan's buffer, or the oldest has waited for `intervalMs`. */
export interface LambdaStep {
  readonly arn: string;
  readonly plan: LambdaPlan;
  readonly intervalMs: number;
}

/** The processors in the order in which they work. */
export interface Steps {
  readonly gunzip: boolean;
  readonly logMessages: boolean;
  readonly subRecords: SubRecords | undefined;
  readonly lambda: LambdaStep | undefined;
  /** JQ that gives the keys of a record's partition. */
  readonly query: string | undefined;
  /** Added to each record, base64. */
  readonly delimiter: string | undefined;
}

export interface Conversion {
  readonly columns: readonly Column[];
  readonly compression: "none" | "gzip" | "snappy";
  readonly caseInsensitive: boolean;
  readonly dotsToUnderscores: boolean;
  /** Column → the member of a record that it is read from, where they differ. */
  readonly members: Readonly<Record<string, string>>;
  /** Told with each record that cannot be converted. */
  readonly table: Readonly<Record<string, string>>;
}

export interface Destination {
  readonly output: Output;
  readonly sizeBytes: number;
  readonly intervalMs: number;
  readonly steps: Steps;
  /** Whether objects are split by the keys of their records. */
  readonly dynamic: boolean;
  readonly conversion: Conversion | undefined;
  /** Where the records go as they came, beside. */
  readonly backup: Output | undefined;
}
