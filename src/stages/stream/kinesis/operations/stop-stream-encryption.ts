/** StopStreamEncryption: the record of it is removed. */

import { nameOf, type StreamRef } from "../names.ts";
import { operation } from "../operation.ts";

export const stopStreamEncryption = operation<StreamRef>(
  "StopStreamEncryption",
  ({ catalog }, input) => {
    const stream = catalog.find(nameOf(input));
    stream.checkActive();
    catalog.save(stream, { keyId: undefined });
    return undefined;
  },
);
