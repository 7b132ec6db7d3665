/** StartStreamEncryption: recorded and shown; what encrypts the disk is the machine's own. */

import { nameOf, type StreamRef } from "../names.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly KeyId: string;
}

export const startStreamEncryption = operation<Input>(
  "StartStreamEncryption",
  ({ catalog }, input) => {
    const stream = catalog.find(nameOf(input));
    stream.checkActive();
    catalog.save(stream, { keyId: input.KeyId });
    return undefined;
  },
);
