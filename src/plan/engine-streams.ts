/** The plans of the engine's own streams: delivered, loaded and accounted for like any user's. */

import { MOVE_COLUMNS } from "../base/dead-letter-move.ts";
import { DEAD_LETTER_COLUMNS } from "../base/dead-letter.ts";
import { DEAD_LETTER_MOVES, DEAD_LETTERS, type Column, type StreamName } from "../base/record.ts";
import {
  bufferFields,
  backlogFields,
  dedupeFields,
  deliverFields,
  driftFields,
  lakeFields,
  streamFields,
} from "../define/fields.ts";
import type { DeadLettersDefinition } from "../define/pipeline.ts";
import { stableHash } from "./hash.ts";
import type { StreamPlan } from "./plan.ts";
import { checkPrefix } from "./prefix/prefix.ts";
import { type Problems, refuseUnknown, settle } from "./settle.ts";

interface Kind {
  readonly name: StreamName;
  readonly columns: readonly Column[];
  readonly prefix: string;
  readonly buffer: { readonly interval?: "100ms"; readonly records?: number };
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
export function engineStreams(
  problems: Problems,
  letters: DeadLettersDefinition = {},
): StreamPlan[] {
  refuseUnknown(letters, ["prefix", "documents"], { path: "deadLetters", problems });
  const wrong = letters.prefix === undefined ? undefined : checkPrefix(letters.prefix, "prefix");
  if (wrong !== undefined) {
    problems.add(
      "deadLetters.prefix",
      wrong,
      "Write a folder such as error/!{timestamp:yyyy/MM/dd/}.",
    );
  }
  return KINDS.map((kind) =>
    engineStream(kind, problems, kind.name === DEAD_LETTERS ? letters : {}),
  );
}

function engineStream(
  { name, columns, prefix, buffer }: Kind,
  problems: Problems,
  letters: DeadLettersDefinition,
): StreamPlan {
  const cut = letters.documents === true ? { ...buffer, records: 1 } : buffer;
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
    backlog: settle(backlogFields, {}, at),
    drift: settle(driftFields, {}, at),
    deliver: {
      ...settle(deliverFields, { format: "ndjson" }, at),
      prefix: letters.prefix ?? `${prefix}/!{timestamp:yyyy/MM/dd/HH/}`,
      errorPrefix: `errors/${name}/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH/}`,
      buffer: settle(bufferFields, cut, at),
      transform: undefined,
      lambda: undefined,
    },
    lake: settle(lakeFields, {}, at),
    table: name,
  };
}
