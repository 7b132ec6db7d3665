/** The plans of the engine's own streams: delivered, loaded and accounted for like any user's. */

import { MOVE_COLUMNS } from "../base/dead-letter-move.ts";
import { DEAD_LETTER_COLUMNS } from "../base/dead-letter.ts";
import { DEAD_LETTER_MOVES, DEAD_LETTERS, type Column, type StreamName } from "../base/record.ts";
import {
  bufferFields,
  dedupeFields,
  deliverFields,
  driftFields,
  lakeFields,
  streamFields,
} from "../define/fields.ts";
import { stableHash } from "./hash.ts";
import type { StreamPlan } from "./plan.ts";
import { type Problems, settle } from "./settle.ts";

interface Kind {
  readonly name: StreamName;
  readonly columns: readonly Column[];
  readonly prefix: string;
  readonly buffer: { readonly interval?: "100ms" };
}

const KINDS: readonly Kind[] = [
  { name: DEAD_LETTERS, columns: DEAD_LETTER_COLUMNS, prefix: "errors/rejected", buffer: {} },
  {
    name: DEAD_LETTER_MOVES,
    columns: MOVE_COLUMNS,
    prefix: "errors/moves",
    // Whoever moves letters waits until their moves are loaded, page by page.
    buffer: { interval: "100ms" },
  },
];

/** The stream of what the door set aside, and the stream of what became of dead letters. */
export function engineStreams(problems: Problems): StreamPlan[] {
  return KINDS.map((kind) => engineStream(kind, problems));
}

function engineStream({ name, columns, prefix, buffer }: Kind, problems: Problems): StreamPlan {
  const at = { path: name, problems };
  const properties = Object.fromEntries(columns.map((column) => [column.name, {}]));
  return {
    ...settle(streamFields, {}, at),
    name,
    schema: { type: "object", properties },
    schemaVersion: stableHash(columns),
    fields: columns,
    row: columns,
    rowSchema: undefined,
    key: undefined,
    id: { kind: "fields", fields: ["id"] },
    rules: [],
    // The engine names their records itself, each once.
    dedupe: settle(dedupeFields, { window: "0s" }, at),
    drift: settle(driftFields, {}, at),
    deliver: {
      ...settle(deliverFields, { format: "ndjson" }, at),
      prefix: `${prefix}/!{timestamp:yyyy/MM/dd/HH/}`,
      errorPrefix: `errors/${name}/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH/}`,
      buffer: settle(bufferFields, buffer, at),
      transform: undefined,
      lambda: undefined,
    },
    lake: settle(lakeFields, {}, at),
    table: name,
  };
}
