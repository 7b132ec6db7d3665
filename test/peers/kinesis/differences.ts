/** Where other twins of Kinesis differ from ours in the cases of its conformance: who is right, and how that is known. */

import { KINESIS_LOCAL } from "./twins/kinesis-local.ts";
import { MOTO } from "./twins/moto.ts";
import type { Right, Row } from "./twins/why.ts";

export type Twin = "kinesis-local" | "moto";

export interface Difference {
  readonly name: string;
  readonly twin: Twin;
  /** How the twin's answer begins. */
  readonly says: string;
  readonly right: Right;
  readonly why: string;
}

const toRows = (twin: Twin, rows: readonly Row[]): readonly Difference[] =>
  rows.map(([name, says, right, why]) => ({ name, twin, says, right, why }));

export const DIFFERENCES: readonly Difference[] = [
  ...toRows("kinesis-local", KINESIS_LOCAL),
  ...toRows("moto", MOTO),
];
