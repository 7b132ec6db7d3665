/** Names of a cut's objects, as Firehose names them: prefix, pipeline and stream, version, time, a random part. */

import { defined } from "../../base/assert.ts";
import type { Instant } from "../../base/clock.ts";
import { type ObjectName, toObjectName } from "../../base/object-name.ts";
import { evaluatePrefix } from "../../plan/prefix/prefix.ts";
import type { StreamPlan } from "../../plan/plan.ts";

export interface NamingFacts {
  readonly pipeline: string;
  /** When the oldest record of the cut was accepted. */
  readonly oldestAt: Instant;
  readonly random: () => number;
  readonly uuid: () => string;
}

export interface CutNames {
  readonly object: ObjectName;
  readonly failed: ObjectName;
}

/** The random part makes names unique, so that long names of pipelines and streams may be cut off. */
const TITLE_CHARS_MAX = 100;
const COMPRESSED = { none: "", gzip: ".gz", zstd: ".zst", snappy: "" } as const;

export function nameCut(stream: StreamPlan, facts: NamingFacts): CutNames {
  const { deliver } = stream;
  const suffix =
    deliver.format === "parquet"
      ? ".parquet"
      : `.${formatEnding(deliver)}${COMPRESSED[deliver.compression]}`;
  const at = { at: facts.oldestAt, random: facts.random };
  const prefix = evaluatePrefix(deliver.prefix, "prefix", at);
  const errorPrefix = evaluatePrefix(deliver.errorPrefix, "errorPrefix", at);
  return {
    object: toName(`${prefix}${baseName(stream, facts)}${suffix}`),
    failed: toName(`${errorPrefix}${baseName(stream, facts)}.ndjson`),
  };
}

/** NDJSON of one record is one JSON document. */
function formatEnding({ format, buffer }: StreamPlan["deliver"]): string {
  return format === "ndjson" && buffer.records === 1 ? "json" : format;
}

function baseName(stream: StreamPlan, { pipeline, oldestAt, uuid }: NamingFacts): string {
  const title = `${pipeline}-${stream.name}`.slice(0, TITLE_CHARS_MAX);
  const time = new Date(oldestAt).toISOString().slice(0, 19).replaceAll(/[T:]/g, "-");
  return `${title}-1-${time}-${uuid()}`;
}

function toName(text: string): ObjectName {
  return defined(toObjectName(text), "the plan has proved what its prefixes become");
}
