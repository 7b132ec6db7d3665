/** The form of every Kinesis operation, and what all of them work with. */

import type { Clock } from "../../../base/clock.ts";
import type { Call, Operation, OperationAnswer } from "../../../wire/service.ts";
import type { Catalog } from "./catalog/catalog.ts";
import { MODEL } from "./model/model.ts";
import type { Throttle } from "./records/throttle.ts";
import type { Subscriptions } from "./records/subscriptions.ts";

export interface Kinesis {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: (bytes: number) => Buffer;
  /** Where shards are held to the managed service's rates; undefined where they are as fast as they are. */
  readonly throttle: Throttle | undefined;
  readonly subscriptions: Subscriptions;
  /** How long a subscription lasts. */
  readonly subscriptionMs: number;
}

export interface NamedOperation {
  readonly name: string;
  make(kinesis: Kinesis): Operation;
}

/** What an operation answers: its output, nothing, or an answer in a form of its own. */
type Answer = object | undefined;

/** An operation of AWS's model by its name; `Input` is what the model's shape makes of a request. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it types what the shape has proved
export function operation<Input>(
  name: string,
  run: (kinesis: Kinesis, input: Input, call: Call) => Promise<Answer> | Answer,
): NamedOperation {
  const input = MODEL.structure(`${name}Input`);
  const output = MODEL.find(`${name}Output`) ?? MODEL.find(SHARED_OUTPUTS[name] ?? "");
  return {
    name,
    make: (kinesis) => ({
      input,
      output,
      // The shape has proved what `Input` says.
      run: async (given, call) => ({ output: await run(kinesis, given as Input, call) }),
    }),
  };
}

/** An operation whose answer is not just its output. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it types what the shape has proved
export function specialOperation<Input>(
  name: string,
  run: (kinesis: Kinesis, input: Input, call: Call) => Promise<OperationAnswer>,
  runJson?: (kinesis: Kinesis, body: Buffer, call: Call) => Promise<OperationAnswer> | undefined,
): NamedOperation {
  const input = MODEL.structure(`${name}Input`);
  const output = MODEL.find(`${name}Output`);
  return {
    name,
    make: (kinesis) => ({
      input,
      output,
      run: (given, call) => run(kinesis, given as Input, call),
      ...(runJson === undefined ? {} : { runJson: (body, call) => runJson(kinesis, body, call) }),
    }),
  };
}

const SHARED_OUTPUTS: Readonly<Record<string, string>> = {
  EnableEnhancedMonitoring: "EnhancedMonitoringOutput",
  DisableEnhancedMonitoring: "EnhancedMonitoringOutput",
};
