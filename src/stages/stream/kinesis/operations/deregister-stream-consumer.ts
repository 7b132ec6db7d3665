/** DeregisterStreamConsumer: by ARN, or by stream and name. */

import { findConsumer, type ConsumerRef } from "../resources/consumers.ts";
import { operation } from "../operation.ts";

export const deregisterStreamConsumer = operation<ConsumerRef>(
  "DeregisterStreamConsumer",
  ({ catalog }, input) => {
    const { stream, consumer } = findConsumer(catalog, input);
    const consumers = stream.facts.consumers.filter(({ name }) => name !== consumer.name);
    catalog.save(stream, { consumers });
    return undefined;
  },
);
