/** One stream's definition → its plan, with every problem told. */

import { DELIVERED_COLUMNS, LOADED_COLUMNS, toStreamName, type Column } from "../base/record.ts";
import {
  bufferFields,
  backlogFields,
  dedupeFields,
  deliverFields,
  driftFields,
  lakeFields,
  streamFields,
} from "../define/fields.ts";
import type { StreamDefinition } from "../define/stream.ts";
import { toColumns } from "./columns.ts";
import { stableHash } from "./hash.ts";
import { planTransform } from "./plan-transform.ts";
import type { DeliverPlan, Derived, JsonSchema, StreamPlan } from "./plan.ts";
import { type Problems, refuseUnknown, settle } from "./settle.ts";
import { toJsonSchema } from "./zod-schema.ts";

interface Place {
  readonly path: string;
  readonly problems: Problems;
}

interface StreamPlace extends Place {
  /** Folder of pipeline.ts. */
  readonly folder: string;
}

type AnyStream = StreamDefinition<unknown, unknown>;

const TABLE_NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,62}$/;
const STREAM_MEMBERS = [
  "schema",
  "key",
  "id",
  "rules",
  "dedupe",
  "backlog",
  "drift",
  "deliver",
  "lake",
  "load",
];
const DELIVER_MEMBERS = ["buffer", "transform", "row"];

/** The plan of stream `name`; undefined when its schema cannot be read (problems tell why). */
export function planStream(
  name: string,
  given: AnyStream,
  place: StreamPlace,
): StreamPlan | undefined {
  const { path, problems } = place;
  refuseUnknown(given, [...Object.keys(streamFields), ...STREAM_MEMBERS], place);
  const streamName = toStreamName(name);
  if (streamName === undefined) {
    problems.add(path, "This is not a stream's name.", "Use 1-128 of a-z A-Z 0-9 _ . -");
  }
  const read = toJsonSchema(given.schema, { path: `${path}.schema`, problems });
  if (read === undefined || streamName === undefined) {
    return undefined;
  }
  const fields = planColumns(read.schema, { path: `${path}.schema`, problems });
  const row = planRow(given, place);
  const drift = settle(driftFields, given.drift ?? {}, { path: `${path}.drift`, problems });
  const settled = settle(streamFields, only(given, streamFields), place);
  refuseUnknown(given.backlog ?? {}, Object.keys(backlogFields), {
    path: `${path}.backlog`,
    problems,
  });
  refuseUnknown(given.lake ?? {}, Object.keys(lakeFields), { path: `${path}.lake`, problems });
  const quarantine = read.strict && given.drift?.newField === undefined;
  return {
    ...settled,
    name: streamName,
    schema: read.schema,
    schemaVersion: stableHash(read.schema),
    fields,
    row: row?.columns ?? fields,
    rowSchema: row?.schema,
    key: planDerived(given.key, fields, { path: `${path}.key`, problems }),
    id: planDerived(given.id, fields, { path: `${path}.id`, problems }),
    rules: planRules(given, place),
    dedupe: planDedupe(given, settled.retention, place),
    backlog: settle(backlogFields, given.backlog ?? {}, { path: `${path}.backlog`, problems }),
    drift: quarantine ? { ...drift, newField: "quarantine" } : drift,
    deliver: planDeliver(name, given, { ...place, path: `${path}.deliver` }),
    lake: settle(lakeFields, given.lake ?? {}, { path: `${path}.lake`, problems }),
    table: planTable(given.load?.table ?? name.replaceAll(/[.-]/g, "_"), place),
  };
}

function planColumns(schema: JsonSchema, { path, problems }: Place): Column[] {
  const columns = toColumns(schema);
  const ours = new Set([...DELIVERED_COLUMNS, ...LOADED_COLUMNS].map(({ name }) => name));
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const folded = name.toLowerCase();
    const twin = seen.get(folded);
    if (twin !== undefined) {
      problems.add(
        path,
        `Fields ${twin} and ${name} differ only in case.`,
        "SQL cannot tell them apart.",
      );
    }
    if (ours.has(folded as never) || name === "" || name.length > 255) {
      problems.add(`${path}.${name}`, "A column may not be called so.", "Choose another name.");
    }
    seen.set(folded, name);
  }
  if (columns.length === 0) {
    problems.add(path, "The event has no field.", "Name at least one.");
  }
  return columns;
}

function planRow(
  given: AnyStream,
  { path, problems }: Place,
): { columns: Column[]; schema: JsonSchema } | undefined {
  const row = given.deliver?.row;
  if (row === undefined) {
    return undefined;
  }
  const at = { path: `${path}.deliver.row`, problems };
  if (given.deliver?.transform === undefined) {
    problems.add(
      at.path,
      "A row shape without a transform.",
      "Add deliver.transform, or leave row out.",
    );
  }
  const read = toJsonSchema(row, at);
  return read === undefined
    ? undefined
    : { columns: planColumns(read.schema, at), schema: read.schema };
}

function planDerived(
  given: unknown,
  fields: readonly Column[],
  { path, problems }: Place,
): Derived | undefined {
  if (given === undefined) {
    return undefined;
  }
  if (typeof given === "function") {
    return { kind: "function", of: given as (event: unknown) => string };
  }
  const names = (Array.isArray(given) ? given : [given]) as unknown[];
  const known = new Map(fields.map((field) => [field.name, field]));
  for (const name of names) {
    const field = known.get(String(name));
    if (field === undefined) {
      problems.add(
        path,
        `The schema has no field ${String(name)}.`,
        `It has ${list(known.keys())}.`,
      );
    } else if (field.type === "json") {
      problems.add(path, `Field ${field.name} is not a plain value.`, "Use a function instead.");
    }
  }
  if (names.length === 0) {
    problems.add(path, "No field is named.", "Name one, or leave the setting out.");
  }
  return { kind: "fields", fields: names.map(String) };
}

/** After a restart the window is made again from the log, so it cannot reach further back than that. */
function planDedupe(
  given: AnyStream,
  retentionMs: number,
  { path, problems }: Place,
): StreamPlan["dedupe"] {
  const at = { path: `${path}.dedupe`, problems };
  refuseUnknown(given.dedupe ?? {}, Object.keys(dedupeFields), at);
  const dedupe = settle(dedupeFields, given.dedupe ?? {}, at);
  if (dedupe.window > retentionMs) {
    problems.add(
      `${at.path}.window`,
      "The window is longer than the stream's retention.",
      "Make retention at least as long.",
    );
  }
  return dedupe;
}

function planRules(given: AnyStream, { path, problems }: Place): StreamPlan["rules"] {
  const rules = given.rules ?? [];
  for (const [index, rule] of rules.entries()) {
    if (typeof rule?.test !== "function" || typeof rule.says !== "string") {
      problems.add(
        `${path}.rules.${index}`,
        "A rule needs test and says.",
        '{ test: (e) => …, says: "…" }',
      );
    }
  }
  return rules;
}

function planDeliver(name: string, given: AnyStream, place: StreamPlace): DeliverPlan {
  const { path, problems } = place;
  const deliver = given.deliver ?? {};
  refuseUnknown(deliver, [...Object.keys(deliverFields), ...DELIVER_MEMBERS], place);
  const settled = settle(deliverFields, only(deliver, deliverFields), place);
  if (settled.compression === "snappy" && settled.format !== "parquet") {
    problems.add(`${path}.compression`, "Snappy is for Parquet only.", "Use gzip or zstd.");
  }
  const buffer = deliver.buffer ?? {};
  refuseUnknown(buffer, Object.keys(bufferFields), { path: `${path}.buffer`, problems });
  return {
    ...settled,
    prefix: settled.prefix.replaceAll("{stream}", name),
    errorPrefix: settled.errorPrefix.replaceAll("{stream}", name),
    buffer: settle(bufferFields, buffer, { path: `${path}.buffer`, problems }),
    ...planTransform(deliver.transform, place),
  };
}

function planTable(table: string, { path, problems }: Place): string {
  if (!TABLE_NAME.test(table)) {
    problems.add(
      `${path}.load.table`,
      `${table} is not a table's name.`,
      "Use letters, digits and _.",
    );
  }
  return table;
}

function only(given: object, fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in fields));
}

function list(names: Iterable<string>): string {
  const all = [...names];
  return all.length > 12
    ? `${all.slice(0, 12).join(", ")} and ${all.length - 12} more`
    : all.join(", ");
}
