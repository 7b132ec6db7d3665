/** What the bench sends: events of a user's own files, or some that are made to fit the schema. */

import { sampleEvent } from "../../base/sample-event.ts";
import { Fault } from "../../base/faults.ts";
import { type Batch, SPLIT_LIMITS } from "../../files/batch.ts";
import { splitJson } from "../../files/split/split-json.ts";
import { splitCsv, splitNdjson } from "../../files/split/split-lines.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import { openInput } from "../send/open-input.ts";

const SPLITTERS = { csv: splitCsv, json: splitJson, ndjson: splitNdjson } as const;
const BODIES_MAX = 64;
/** What is kept in memory of a user's files. */
const BYTES_MAX = 33_554_432;
const NDJSON = "application/x-ndjson";

export interface Bodies {
  readonly batches: readonly Batch[];
  readonly singles: readonly Batch[];
}

/** The first records of a file, cut into batches of `size` and into single ones. Throws FILE_UNREADABLE. */
export async function bodiesOf(file: string, size: number): Promise<Bodies> {
  const input = await openInput(file, { format: undefined, stdin: nothing() });
  const limits = { ...SPLIT_LIMITS, batchBytes: BYTES_MAX };
  const split = SPLITTERS[input.format];
  const [many, one] = [
    split({ ...limits, batchRecordsMax: size }),
    split({ ...limits, batchRecordsMax: 1 }),
  ];
  const batches: Batch[] = [];
  const singles: Batch[] = [];
  let bytes = 0;
  for await (const chunk of input.chunks) {
    batches.push(...many.push(chunk));
    singles.push(...(singles.length < BODIES_MAX ? one.push(chunk) : []));
    bytes += chunk.length;
    if (batches.length >= BODIES_MAX || bytes > BYTES_MAX) {
      break;
    }
  }
  if (batches.length < BODIES_MAX && bytes <= BYTES_MAX) {
    batches.push(...many.end());
    singles.push(...(singles.length < BODIES_MAX ? one.end() : []));
  }
  if (batches.length === 0 || singles.length === 0) {
    throw new Fault("FILE_UNREADABLE", { file, cause: "it has no record" });
  }
  return { batches: batches.slice(0, BODIES_MAX), singles: singles.slice(0, BODIES_MAX) };
}

/** Standard input is not asked for here. */
async function* nothing(): AsyncGenerator<Buffer> {
  yield* [];
}

/**
 * Events of the schema's own example, which differ in the fields that make key and id, so that shards fill alike and no
 * event is taken for a repetition. `round` keeps those of one call apart from those of another.
 */
export function madeBodies(stream: StreamPlan, size: number, round: string): Bodies {
  const make = (kind: string, count: number, each: number): Batch[] =>
    Array.from({ length: count }, (_, n) => {
      const lines = Array.from({ length: each }, (_one, i) =>
        JSON.stringify(madeEvent(stream, `${round}${kind}${(n * each + i).toString(36)}`)),
      );
      const body = Buffer.from(`${lines.join("\n")}\n`);
      return { body, type: NDJSON, records: each, first: n * each + 1 };
    });
  return { batches: make("b", BODIES_MAX, size), singles: make("s", BODIES_MAX, 1) };
}

/** Rules under which a text with something behind it would be another, wrong one. */
const FIXED = ["enum", "const", "pattern", "format"];

function madeEvent({ schema, key, id }: StreamPlan, mark: string): object {
  const event = sampleEvent(schema);
  const derived = [key, id].filter((one) => one !== undefined);
  // A function may read any field.
  const fields = derived.some(({ kind }) => kind === "function")
    ? Object.keys(event)
    : derived.flatMap((one) => (one.kind === "fields" ? one.fields : []));
  const rules = (schema["properties"] ?? {}) as Readonly<Record<string, Record<string, unknown>>>;
  const changed = fields.flatMap((field): [string, string][] => {
    const value = event[field];
    const own = rules[field] ?? {};
    const text = `${String(value)} ${mark}`;
    const fits =
      !FIXED.some((rule) => rule in own) && text.length <= Number(own["maxLength"] ?? 1e6);
    return typeof value === "string" && fits ? [[field, text]] : [];
  });
  return { ...event, ...Object.fromEntries(changed) };
}
