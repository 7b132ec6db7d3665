/** DeleteStream: removes a stream made over the wire, with its records. */

import { ACCOUNT, inUse } from "../faults.ts";
import { nameOf, type StreamRef } from "../names.ts";
import { operation } from "../operation.ts";

interface Input extends StreamRef {
  readonly EnforceConsumerDeletion?: boolean;
}

export const deleteStream = operation<Input>("DeleteStream", async ({ catalog }, input) => {
  const stream = catalog.find(nameOf(input));
  if (stream.facts.consumers.length > 0 && input.EnforceConsumerDeletion !== true) {
    throw inUse(
      `Stream ${stream.name} under account ${ACCOUNT} has enhanced consumers; set EnforceConsumerDeletion to delete them with it.`,
    );
  }
  await catalog.remove(stream);
  return undefined;
});
