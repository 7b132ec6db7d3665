/** What the stage `sources` runs by: a source of each kind with every setting there. */

import type {
  fileFields,
  httpFields,
  kafkaFields,
  replayFields,
} from "../../define/sources/fields.ts";
import type { SettledOf } from "../../define/fields.ts";
import type { Paging } from "../../define/sources/http.ts";
import type { KafkaParts, KafkaSourceOptions } from "../../define/sources/kafka.ts";
import type { SourceDefinition } from "../../define/source.ts";

interface Named {
  readonly stream: string;
  readonly title: string;
}

export interface FileSourcePlan extends Named, SettledOf<typeof fileFields> {
  readonly kind: "files";
  /** Absolute paths and globs, https:// and s3:// addresses. */
  readonly from: readonly string[];
  readonly columns: readonly string[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Fields of the stream that are texts: a comma in them is no decimal sign. */
  readonly texts: readonly string[];
}

export interface ReplaySourcePlan
  extends Omit<FileSourcePlan, "kind">, SettledOf<typeof replayFields> {
  readonly kind: "replay";
  readonly time: string;
  readonly speed: number | "max";
}

export interface HttpSourcePlan extends Named, SettledOf<typeof httpFields> {
  readonly kind: "http";
  readonly url: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly records: readonly string[];
  readonly paging: Paging | undefined;
}

export interface KafkaSourcePlan extends Named, SettledOf<typeof kafkaFields> {
  readonly kind: "kafka";
  /** HOST:PORT each. */
  readonly brokers: readonly string[];
  readonly topics: readonly string[];
  readonly group: string;
  /** The stream names ids of its own, so that a message needs none by its offset. */
  readonly named: boolean;
  readonly parts: KafkaParts;
  readonly sasl: KafkaSourceOptions["sasl"];
  /** Absolute paths. */
  readonly tls: KafkaSourceOptions["tls"];
}

/** Sources that the engine reads itself. */
export type ReadySourcePlan = FileSourcePlan | ReplaySourcePlan | HttpSourcePlan | KafkaSourcePlan;
export type SourcePlan = SourceDefinition | ReadySourcePlan;
