/** StartStreamEncryption: recorded and shown; what encrypts the disk is the machine's own. */

import { countOfDay } from "../day-limit.ts";
import { nameOf, type StreamRef } from "../names.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly KeyId: string;
}

const PER_DAY_MAX = 25;

export const startStreamEncryption = operation<Input>(
  "StartStreamEncryption",
  ({ catalog, clock }, input) => {
    const stream = catalog.find(nameOf(input));
    stream.checkActive();
    const { daily } = stream.facts;
    const limit = { operation: "StartStreamEncryption", max: PER_DAY_MAX, now: clock.now() };
    const encrypt = countOfDay(daily?.["encrypt"] ?? [], limit);
    catalog.save(stream, { keyId: input.KeyId, daily: { ...daily, encrypt } });
    return undefined;
  },
);
