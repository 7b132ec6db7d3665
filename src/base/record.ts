/** The words all stages share: streams, shards, sequences, events, and columns every row carries. */

import type { Brand } from "./brand.ts";

/** A stream of the pipeline: 1-128 of a-z A-Z 0-9 _ . - (Kinesis' own rule). */
export type StreamName = Brand<string, "StreamName">;

/** A shard of one stream, counted from 0, never reused. */
export type ShardNumber = Brand<number, "ShardNumber">;

/** The place of a record in its shard: 1 for the first, then dense. Integers below 2^53. */
export type Sequence = Brand<number, "Sequence">;

/** What names one event for its whole way. */
export type EventId = Brand<string, "EventId">;

const STREAM_NAME = /^[a-zA-Z0-9_.-]{1,128}$/;

/** The stream that carries what the door set aside; users' streams may not take its name. */
export const DEAD_LETTERS = "dead_letters" as StreamName;

/** The stream of what became of dead letters: redriven, dropped, and the like. */
export const DEAD_LETTER_MOVES = "dead_letter_moves" as StreamName;

/** Tables and views that are there whatever a pipeline defines, beside those of the engine's own streams. */
export const ENGINE_TABLES: readonly string[] = ["dead_letters", "open_dead_letters", "row_counts"];

/** Whether a stream is the engine's own: delivered, loaded and accounted for, but no user's events. */
export function isEngineStream(name: string): boolean {
  return name === DEAD_LETTERS || name === DEAD_LETTER_MOVES;
}

export function toStreamName(input: unknown): StreamName | undefined {
  return typeof input === "string" && STREAM_NAME.test(input) ? (input as StreamName) : undefined;
}

/**
 * The id an event gets when the definition names none: `prices.3.1207`. Streams elsewhere number their records with
 * longer texts, which `fromAssignedId` takes for no place of the log.
 */
export function assignedId(stream: StreamName, shard: number, sequence: number | string): EventId {
  return `${stream}.${shard}.${sequence}` as EventId;
}

/** The stream, shard and sequence that an assigned id names; undefined for a client's own id. */
export function fromAssignedId(
  id: string,
): { stream: StreamName; shard: ShardNumber; sequence: Sequence } | undefined {
  const match = /^([a-zA-Z0-9_.-]{1,128})\.(\d{1,5})\.([1-9]\d{0,15})$/.exec(id);
  if (match === null) {
    return undefined;
  }
  const [, stream, shard, sequence] = match;
  return {
    stream: stream as StreamName,
    shard: Number(shard) as ShardNumber,
    sequence: Number(sequence) as Sequence,
  };
}

/** Types a column can have; each backend maps them to its own. */
export type ColumnType = "text" | "integer" | "number" | "boolean" | "date" | "timestamp" | "json";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/**
 * What delivery writes behind the fields of every row, in this order, in CSV and Parquet as columns and in
 * NDJSON as members. `_extra` holds fields the schema does not know, as one JSON object, or null.
 */
export const DELIVERED_COLUMNS = [
  { name: "_event_id", type: "text", nullable: false },
  { name: "_shard", type: "integer", nullable: false },
  { name: "_sequence", type: "integer", nullable: false },
  { name: "_accepted_at", type: "timestamp", nullable: false },
  { name: "_extra", type: "json", nullable: true },
] as const satisfies readonly Column[];

/** What the loader adds to every raw row: object name, line in it from 1, load number, time of loading. */
export const LOADED_COLUMNS = [
  { name: "_object", type: "text", nullable: false },
  { name: "_line", type: "integer", nullable: false },
  { name: "_load", type: "integer", nullable: false },
  { name: "_loaded_at", type: "timestamp", nullable: false },
] as const satisfies readonly Column[];
