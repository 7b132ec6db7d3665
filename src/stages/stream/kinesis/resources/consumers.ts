/** Registered consumers: found by ARN or by name, and shown. */

import type { Catalog } from "../catalog/catalog.ts";
import type { ConsumerFacts } from "../catalog/facts.ts";
import type { LiveStream } from "../catalog/live-stream.ts";
import { ACCOUNT, invalidArgument, notFound } from "../faults.ts";
import { fromArn, fromConsumerArn, toConsumerArn } from "../names.ts";

export interface ConsumerRef {
  readonly StreamARN?: string;
  readonly ConsumerName?: string;
  readonly ConsumerARN?: string;
}

/** Throws InvalidArgumentException, ResourceNotFoundException. */
export function findConsumer(
  catalog: Catalog,
  { StreamARN, ConsumerName, ConsumerARN }: ConsumerRef,
): { readonly stream: LiveStream; readonly consumer: ConsumerFacts } {
  if (ConsumerARN === undefined && (StreamARN === undefined || ConsumerName === undefined)) {
    throw invalidArgument(
      "You must specify either the ConsumerARN or the combination of ConsumerName and StreamARN.",
    );
  }
  const stream = catalog.find(fromArn(ConsumerARN ?? StreamARN ?? ""));
  const named = ConsumerARN === undefined ? undefined : fromConsumerArn(ConsumerARN);
  const name = named?.name ?? ConsumerName;
  const consumer = stream.facts.consumers.find(
    (each) =>
      each.name === name &&
      (named === undefined || named.seconds === Math.floor(each.createdAt / 1000)),
  );
  if (consumer === undefined) {
    throw notFound(
      `Consumer ${ConsumerARN ?? ConsumerName} under stream ${stream.name} not found for account ${ACCOUNT}.`,
    );
  }
  return { stream, consumer };
}

export function consumerView(stream: LiveStream, consumer: ConsumerFacts, region: string): object {
  return {
    ConsumerName: consumer.name,
    ConsumerARN: toConsumerArn(stream.name, consumer, region),
    ConsumerStatus: "ACTIVE",
    ConsumerCreationTimestamp: Math.floor(consumer.createdAt / 1000) * 1000,
  };
}
