/** UpdateStreamWarmThroughput: recorded; a log is as fast as its disk. */

import { nameOf, toStreamArn, type StreamRef } from "../names.ts";
import { validation } from "../../../../wire/wire-fault.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly WarmThroughputMiBps: number;
}

export const updateStreamWarmThroughput = operation<Input>(
  "UpdateStreamWarmThroughput",
  ({ catalog }, input, call) => {
    const stream = catalog.find(nameOf(input));
    if (stream.facts.mode !== "ON_DEMAND") {
      throw validation("Warm throughput is a setting of on-demand streams.");
    }
    stream.checkActive();
    const warmMiBps = input.WarmThroughputMiBps;
    catalog.save(stream, { warmMiBps });
    return {
      StreamARN: toStreamArn(stream.name, call.region),
      StreamName: stream.name,
      WarmThroughput: { TargetMiBps: warmMiBps, CurrentMiBps: warmMiBps },
    };
  },
);
