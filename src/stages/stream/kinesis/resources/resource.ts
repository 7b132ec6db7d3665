/** A stream or a consumer by its ARN, where tags and policies are kept of both. */

import type { Catalog } from "../catalog/catalog.ts";
import { findConsumer } from "./consumers.ts";
import { fromArn, fromConsumerArn } from "../names.ts";
import type { Tags } from "./tags.ts";

export interface Resource {
  readonly tags: Tags;
  readonly policy: string | undefined;
  save(change: { readonly tags?: Tags; readonly policy?: string | undefined }): void;
}

/** Throws ResourceNotFoundException. */
export function findResource(catalog: Catalog, arn: string): Resource {
  if (fromConsumerArn(arn) === undefined) {
    const stream = catalog.find(fromArn(arn));
    const { tags, policy } = stream.facts;
    return { tags, policy, save: (change) => catalog.save(stream, change) };
  }
  const { stream, consumer } = findConsumer(catalog, { ConsumerARN: arn });
  return {
    tags: consumer.tags,
    policy: consumer.policy,
    save: (change) => {
      const consumers = stream.facts.consumers.map((each) =>
        each.name === consumer.name ? { ...each, ...change } : each,
      );
      catalog.save(stream, { consumers });
    },
  };
}
