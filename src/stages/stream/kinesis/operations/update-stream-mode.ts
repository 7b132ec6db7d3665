/** UpdateStreamMode: provisioned or on demand; here only what may be asked of the stream changes. */

import { countOfDay } from "../day-limit.ts";
import { fromArn } from "../names.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly StreamARN: string;
  readonly StreamModeDetails: { readonly StreamMode: "PROVISIONED" | "ON_DEMAND" };
  readonly WarmThroughputMiBps?: number;
}

const PER_DAY_MAX = 2;

export const updateStreamMode = operation<Input>(
  "UpdateStreamMode",
  ({ catalog, clock }, input) => {
    const stream = catalog.find(fromArn(input.StreamARN));
    stream.checkActive();
    const { warmMiBps, daily } = stream.facts;
    const limit = { operation: "UpdateStreamMode", max: PER_DAY_MAX, now: clock.now() };
    catalog.save(stream, {
      mode: input.StreamModeDetails.StreamMode,
      warmMiBps: input.WarmThroughputMiBps ?? warmMiBps,
      daily: { ...daily, mode: countOfDay(daily?.["mode"] ?? [], limit) },
    });
    return undefined;
  },
);
