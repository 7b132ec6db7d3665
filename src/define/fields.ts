/** One description per setting: kind, unit, default, bounds, sentence. Types, checks and docs derive from it. */

import type { DurationText, SizeText } from "../base/units.ts";

export interface DurationField {
  readonly kind: "duration";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly doc: string;
}

export interface SizeField {
  readonly kind: "size";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly doc: string;
}

export interface CountField {
  readonly kind: "count";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly doc: string;
}

export interface ChoiceField<Of extends string = string> {
  readonly kind: "choice";
  readonly default: Of;
  readonly of: readonly Of[];
  readonly doc: string;
}

export interface TextField {
  readonly kind: "text";
  readonly default: string;
  readonly charsMax: number;
  readonly doc: string;
}

export type Field = DurationField | SizeField | CountField | ChoiceField | TextField;
export type Fields = Readonly<Record<string, Field>>;

/** What a user writes for a field. */
export type Given<F extends Field> = F extends DurationField
  ? DurationText
  : F extends SizeField
    ? SizeText
    : F extends CountField
      ? number
      : F extends ChoiceField<infer Of>
        ? Of
        : string;

/** What a stage receives: milliseconds, bytes, counts, texts. */
export type Settled<F extends Field> =
  F extends ChoiceField<infer Of> ? Of : F extends TextField ? string : number;

export type GivenOf<Fs extends Fields> = { readonly [K in keyof Fs]?: Given<Fs[K]> };
export type SettledOf<Fs extends Fields> = { readonly [K in keyof Fs]: Settled<Fs[K]> };

export const streamFields = {
  shards: {
    kind: "count",
    default: 1,
    min: 1,
    max: 1024,
    doc: "Shards of the stream: order holds within one, throughput on AWS grows with them.",
  },
  retention: {
    kind: "duration",
    default: 604_800_000,
    min: 3_600_000,
    max: 31_536_000_000,
    doc: "How long the stream keeps delivered records. Records not yet delivered are always kept.",
  },
} as const satisfies Fields;

export const dedupeFields = {
  window: {
    kind: "duration",
    default: 600_000,
    min: 0,
    max: 86_400_000,
    doc: "How long the door knows an event id again and answers a repeat with the first receipt; 0s is never.",
  },
  idsMax: {
    kind: "count",
    default: 1_048_576,
    min: 65_536,
    max: 8_388_608,
    doc: "Ids known at most, the newest, in 42 bytes of memory each; a busy stream's window gets shorter by it.",
  },
} as const satisfies Fields;

export const backlogFields = {
  max: {
    kind: "size",
    default: 8_589_934_592,
    min: 1_048_576,
    max: 17_592_186_044_416,
    doc: "Bytes that may be accepted and not yet in the warehouse; above it the door answers 429 until less is.",
  },
  freeDisk: {
    kind: "size",
    default: 536_870_912,
    min: 0,
    max: 17_592_186_044_416,
    doc: "Free bytes of the data folder's disk below which the door answers 429: what is on its way needs room.",
  },
} as const satisfies Record<string, Field>;

export const driftFields = {
  newField: {
    kind: "choice",
    default: "evolve",
    of: ["evolve", "ignore", "quarantine"],
    doc: "A field the schema does not know: a new column, dropped from the row, or the record set aside.",
  },
  typeChange: {
    kind: "choice",
    default: "quarantine",
    of: ["quarantine", "null"],
    doc: "A discovered field whose type no longer fits its column: set the row aside, or store null.",
  },
} as const satisfies Fields;

export const lakeFields = {
  compaction: {
    kind: "choice",
    default: "on",
    of: ["on", "off"],
    doc: "Small objects of one folder are put together into large ones, byte for byte; not for Parquet.",
  },
  target: {
    kind: "size",
    default: 67_108_864,
    min: 1_048_576,
    max: 536_870_912,
    doc: "How large compaction makes objects; those of half of it or more stay as they are.",
  },
  after: {
    kind: "duration",
    default: 3_600_000,
    min: 0,
    max: 604_800_000,
    doc: "How long a folder must have had nothing new before its objects are put together, unless they fill one.",
  },
  retention: {
    kind: "duration",
    default: 0,
    min: 0,
    max: 315_360_000_000,
    doc: "How long objects are kept once they are loaded; 0s keeps them for ever, and a rebuild needs them all.",
  },
} as const satisfies Fields;

export const deliverFields = {
  format: {
    kind: "choice",
    default: "ndjson",
    of: ["csv", "ndjson", "parquet"],
    doc: "What objects hold. CSV is RFC 4180 with a header line.",
  },
  compression: {
    kind: "choice",
    default: "none",
    of: ["none", "gzip", "zstd", "snappy"],
    doc: "How objects are compressed; snappy is for Parquet only.",
  },
  prefix: {
    kind: "text",
    default: "{stream}/!{timestamp:yyyy/MM/dd/HH/}",
    charsMax: 1024,
    doc: "Folder of the objects, with Firehose's !{timestamp:…} and !{firehose:random-string}.",
  },
  errorPrefix: {
    kind: "text",
    default: "errors/{stream}/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH/}",
    charsMax: 1024,
    doc: "Folder of the records that failed, with Firehose's expressions.",
  },
} as const satisfies Fields;

export const bufferFields = {
  size: {
    kind: "size",
    default: 16_777_216,
    min: 65_536,
    max: 134_217_728,
    doc: "Cut an object when this much waits, measured before compression.",
  },
  interval: {
    kind: "duration",
    default: 1000,
    min: 0,
    max: 900_000,
    doc: "Cut an object when its oldest record has waited this long.",
  },
  records: {
    kind: "count",
    default: 32_768,
    min: 1,
    max: 131_072,
    doc: "Cut an object at this many records; the default is the warehouse's row-group size.",
  },
} as const satisfies Fields;

export const lambdaFields = {
  handler: {
    kind: "text",
    default: "handler",
    charsMax: 128,
    doc: "Name under which the file exports its handler.",
  },
  answers: {
    kind: "choice",
    default: "json",
    of: ["json", "csv"],
    doc: "What the data of an answer spells: one JSON object, or one CSV line with a value per column in order.",
  },
  timeout: {
    kind: "duration",
    default: 60_000,
    min: 1,
    max: 300_000,
    doc: "How long one invocation may take; then its thread is ended and the invocation counts as failed.",
  },
  retries: {
    kind: "count",
    default: 3,
    min: 0,
    max: 100,
    doc: "How often a failed invocation is repeated before its records are set aside.",
  },
  buffer: {
    kind: "size",
    default: 1_048_576,
    min: 204_800,
    max: 3_145_728,
    doc: "How much one invocation is given at most, measured before base64.",
  },
  memory: {
    kind: "size",
    default: 268_435_456,
    min: 33_554_432,
    max: 4_294_967_296,
    doc: "Heap that the handler's thread may use; one that needs more is ended.",
  },
} as const satisfies Fields;
