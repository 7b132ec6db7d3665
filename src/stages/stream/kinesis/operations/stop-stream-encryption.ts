/** StopStreamEncryption: the record of it is removed. */

import { countOfDay } from "../day-limit.ts";
import { nameOf, type StreamRef } from "../names.ts";
import { operation } from "../operation.ts";

const PER_DAY_MAX = 25;

export const stopStreamEncryption = operation<StreamRef>(
  "StopStreamEncryption",
  ({ catalog, clock }, input) => {
    const stream = catalog.find(nameOf(input));
    stream.checkActive();
    const { daily } = stream.facts;
    const limit = { operation: "StopStreamEncryption", max: PER_DAY_MAX, now: clock.now() };
    const decrypt = countOfDay(daily?.["decrypt"] ?? [], limit);
    catalog.save(stream, { keyId: undefined, daily: { ...daily, decrypt } });
    return undefined;
  },
);
