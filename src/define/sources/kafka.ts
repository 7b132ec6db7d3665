/** What a user writes for a source that is topics of Apache Kafka. */

import type { GivenOf } from "../fields.ts";
import type { kafkaFields } from "./fields.ts";

/** Fields of the event that are filled from what Kafka keeps beside the value. */
export interface KafkaParts {
  /** Where a value that is no JSON goes; `value` when left out. */
  readonly value?: string;
  readonly key?: string;
  readonly headers?: string;
  readonly topic?: string;
  readonly partition?: string;
  readonly offset?: string;
  readonly timestamp?: string;
  /** True where the message has no value: a tombstone. */
  readonly tombstone?: string;
}

export interface KafkaSourceOptions extends GivenOf<typeof kafkaFields> {
  readonly stream: string;
  readonly title?: string;
  /** `kafka://HOST:PORT[,HOST:PORT…]/TOPIC[,TOPIC…]`. */
  readonly from: string;
  /** Name of the consumer group; left out, `millrace-PIPELINE-SOURCE`. */
  readonly group?: string;
  readonly parts?: KafkaParts;
  /** `env:NAME` stands for the environment's variable. */
  readonly sasl?: {
    readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
    readonly username: string;
    readonly password: string;
  };
  /** Files of certificates, seen from pipeline.ts; `{}` trusts what Node trusts. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

export interface KafkaSourceDefinition extends KafkaSourceOptions {
  readonly kind: "kafka";
}

/** Messages of Kafka topics; an offset is committed only when its message is durable here. */
export function kafkaSource(options: KafkaSourceOptions): KafkaSourceDefinition {
  return { ...options, kind: "kafka" };
}
