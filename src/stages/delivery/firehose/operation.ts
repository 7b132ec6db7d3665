/** What the operations of Firehose have in common: the delivery streams they work on, and their model. */

import type { Call, Operation } from "../../../wire/service.ts";
import { readModel } from "../../../wire/shapes/read-model.ts";
import { INPUTS } from "./model/inputs.ts";
import { OUTPUTS } from "./model/outputs.ts";
import { SCALARS } from "./model/scalars.ts";
import type { DeliveryStreams } from "./registry/delivery-streams.ts";

export interface Firehose {
  readonly streams: DeliveryStreams;
}

const MODEL = readModel(SCALARS, INPUTS, OUTPUTS);

/** The operation of this name by the model; `run` gets what has passed the shape of its input. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it is inferred from `run`, and cast to in one place
export function operation<Input>(
  name: string,
  run: (input: Input, call: Call) => object | undefined | Promise<object | undefined>,
): Operation {
  return {
    input: MODEL.structure(`${name}Input`),
    output: MODEL.structure(`${name}Output`),
    // The shape is the proof: `Input` says what the model says.
    run: async (input, call) => ({ output: (await run(input as Input, call)) ?? {} }),
  };
}

/** What every operation on one delivery stream is told. */
export interface Named {
  readonly DeliveryStreamName: string;
}
