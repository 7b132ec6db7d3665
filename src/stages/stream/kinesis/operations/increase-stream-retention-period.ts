/** IncreaseStreamRetentionPeriod: how long records stay. */

import { invalidArgument } from "../faults.ts";
import { nameOf, type StreamRef } from "../names.ts";
import { checkRetention } from "../retention.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly RetentionPeriodHours: number;
}

export const increaseStreamRetentionPeriod = operation<Input>(
  "IncreaseStreamRetentionPeriod",
  ({ catalog }, input) => {
    const stream = catalog.find(nameOf(input));
    const hours = input.RetentionPeriodHours;
    const before = stream.retentionHours;
    checkRetention(hours);
    if (hours < before) {
      throw invalidArgument(
        `Requested retention period (${hours} hours) for stream ${stream.name} can not be shorter than existing retention period (${before} hours). Use DecreaseRetentionPeriod API.`,
      );
    }
    stream.checkActive();
    catalog.save(stream, { retentionHours: hours });
    return undefined;
  },
);
