/** UpdateStreamRecordDistributionStrategy: by the records' keys, or evenly without looking at them. */

import { fromArn } from "../names.ts";
import { validation } from "../../../../wire/wire-fault.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly StreamARN: string;
  readonly RecordDistributionStrategy: "AUTO" | "USER_PARTITION_KEY";
}

export const updateStreamRecordDistributionStrategy = operation<Input>(
  "UpdateStreamRecordDistributionStrategy",
  ({ catalog }, input) => {
    const stream = catalog.find(fromArn(input.StreamARN));
    if (stream.facts.mode !== "ON_DEMAND") {
      throw validation("Records are distributed by the service in on-demand streams only.");
    }
    stream.checkActive();
    catalog.save(stream, { spread: input.RecordDistributionStrategy });
    return undefined;
  },
);
