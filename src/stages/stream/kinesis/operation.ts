/** What the operations of Kinesis have in common: the streams they work on, and their model. */

import { readModel } from "../../../wire/shapes/read-model.ts";
import { INPUTS } from "./model/inputs.ts";
import { OUTPUTS } from "./model/outputs.ts";
import { SCALARS } from "./model/scalars.ts";

export interface Kinesis {
  readonly streams: readonly string[];
}

export const MODEL = readModel(SCALARS, INPUTS, OUTPUTS);
