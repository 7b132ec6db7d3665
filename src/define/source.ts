/** What a user writes for a source: where events come from when nobody posts them. */

import type { FileSourceDefinition } from "./sources/files.ts";
import type { HttpSourceDefinition } from "./sources/http.ts";
import type { KafkaSourceDefinition } from "./sources/kafka.ts";
import type { ReplaySourceDefinition } from "./sources/replay.ts";

export interface SourceBatch {
  readonly body: string | Uint8Array;
  readonly format: "json" | "ndjson" | "csv";
  /** Where to go on after a restart once this batch is durable. */
  readonly checkpoint: string;
}

export interface SourceContext {
  /** The checkpoint of the last durable batch; undefined at the first start. */
  readonly checkpoint: string | undefined;
  readonly signal: AbortSignal;
  /** Resolves after `ms`, or at once when the source is stopped. */
  readonly sleep: (ms: number) => Promise<void>;
}

export interface SourceDefinition {
  readonly stream: string;
  /** What the source is, in a few words, for status and dashboard. */
  readonly title: string;
  /** Batches from the checkpoint on, in order; the next is asked for when the last is durable. */
  readonly read: (context: SourceContext) => AsyncIterable<SourceBatch>;
}

/** A source of any kind: read by a function of the user's, or by the engine. */
export type AnySourceDefinition =
  | SourceDefinition
  | FileSourceDefinition
  | HttpSourceDefinition
  | KafkaSourceDefinition
  | ReplaySourceDefinition;

export function defineSource(source: SourceDefinition): SourceDefinition {
  return source;
}
