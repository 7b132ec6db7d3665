/** RegisterStreamConsumer: a name to subscribe under; ACTIVE when answered. */

import { consumerView } from "../resources/consumers.ts";
import { ACCOUNT, inUse, limitExceeded } from "../faults.ts";
import { fromArn } from "../names.ts";
import { checkTags, type Tags } from "../resources/tags.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly StreamARN: string;
  readonly ConsumerName: string;
  readonly Tags?: Tags;
}

const CONSUMERS_MAX = 20;

export const registerStreamConsumer = operation<Input>(
  "RegisterStreamConsumer",
  ({ catalog, clock }, input, call) => {
    const stream = catalog.find(fromArn(input.StreamARN));
    const { consumers } = stream.facts;
    const name = input.ConsumerName;
    if (consumers.some((each) => each.name === name)) {
      throw inUse(
        `Consumer ${name} under stream ${stream.name} already exists for account ${ACCOUNT}.`,
      );
    }
    if (consumers.length >= CONSUMERS_MAX) {
      throw limitExceeded(
        `Stream ${stream.name} under account ${ACCOUNT} has reached its limit of ${CONSUMERS_MAX} registered consumers.`,
      );
    }
    const tags = input.Tags ?? {};
    checkTags(tags, {});
    const consumer = { name, createdAt: clock.now(), tags, policy: undefined };
    catalog.save(stream, { consumers: [...consumers, consumer] });
    return { Consumer: consumerView(stream, consumer, call.region) };
  },
);
