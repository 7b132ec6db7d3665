/** DecreaseStreamRetentionPeriod: how long records stay. */

import { invalidArgument } from "../faults.ts";
import { nameOf, type StreamRef } from "../names.ts";
import { checkRetention } from "../retention.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly RetentionPeriodHours: number;
}

export const decreaseStreamRetentionPeriod = operation<Input>(
  "DecreaseStreamRetentionPeriod",
  ({ catalog }, input) => {
    const stream = catalog.find(nameOf(input));
    const hours = input.RetentionPeriodHours;
    const before = stream.retentionHours;
    checkRetention(hours);
    if (hours > before) {
      throw invalidArgument(
        `Requested retention period (${hours} hours) for stream ${stream.name} can not be longer than existing retention period (${before} hours). Use IncreaseRetentionPeriod API.`,
      );
    }
    stream.checkActive();
    catalog.save(stream, { retentionHours: hours });
    return undefined;
  },
);
