/** AWS's own model of Kinesis Data Streams, read once. */

import { readModel } from "../../../../wire/shapes/read-model.ts";
import { BEYOND } from "./beyond.ts";
import { INPUTS } from "./inputs.ts";
import { OUTPUTS } from "./outputs.ts";
import { SCALARS } from "./scalars.ts";

export const MODEL = readModel(SCALARS, INPUTS, OUTPUTS, BEYOND);

/** Operations of channels and queues: their requests are judged, and then refused. */
export const BEYOND_NAMES = readModel(SCALARS, BEYOND)
  .names.filter((name) => /(?:Channel|Queue)\w*Input$/.test(name))
  .map((name) => name.slice(0, -"Input".length))
  .filter((name) =>
    /^(?:Create|Describe|Update|Delete|List|Receive|Acknowledge|Restore)/.test(name),
  );
