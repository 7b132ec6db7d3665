/** Events that fit a stream's schema, each different from all others as far as the schema lets them be, and broken ones. */

import { sampleEvent } from "../../base/sample-event.ts";
import type { JsonSchema, StreamPlan } from "../../plan/plan.ts";
import type { Chance } from "../../testing/simulated/chance.ts";

export interface Maker {
  readonly stream: StreamPlan;
  readonly chance: Chance;
  /** Of one client, whose events have keys of their own where the schema lets them. */
  readonly client: number;
}

const KEYS_PER_CLIENT = 2;
const OPTIONAL_SHARE = 0.6;
/** Of a wide schema only so many optional fields are filled, so that runs stay cheap. */
const OPTIONAL_MAX = 12;

export function makeEvent(maker: Maker, serial: number): Readonly<Record<string, unknown>> {
  const { stream, chance, client } = maker;
  const properties = toSchemas(stream.schema["properties"]);
  const event: Record<string, unknown> = { ...sampleEvent(stream.schema) };
  const keys = stream.key?.kind === "fields" ? stream.key.fields : [];
  let optional = 0;
  for (const [name, schema] of Object.entries(properties)) {
    const wanted = Object.hasOwn(event, name) || chance.happens(OPTIONAL_SHARE);
    optional += Object.hasOwn(event, name) ? 0 : 1;
    if (wanted && optional <= OPTIONAL_MAX) {
      const word = keys.includes(name)
        ? `k${client}-${serial % KEYS_PER_CLIENT}`
        : `${name}-${client}-${serial}`;
      event[name] = vary(schema, event[name], { chance, word, serial });
    }
  }
  return inOrder(event, Object.keys(properties));
}

/** The canonical order is the schema's: mostly kept, so that the byte scanner is taken, and sometimes not. */
function inOrder(
  event: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const known = names.filter((name) => event[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, event[name]]));
}

interface Wish {
  readonly chance: Chance;
  readonly word: string;
  readonly serial: number;
}

function vary(schema: JsonSchema, sample: unknown, wish: Wish): unknown {
  const { chance } = wish;
  const [first, ...others] = Array.isArray(schema["enum"]) ? (schema["enum"] as unknown[]) : [];
  if (first !== undefined) {
    return chance.pick([first, ...others]);
  }
  const own = ["const", "default", "pattern", "format", "examples"];
  if (own.some((member) => schema[member] !== undefined)) {
    return sample;
  }
  switch ([schema["type"]].flat().find((one) => one !== "null")) {
    case "string":
      return text(schema, wish.word);
    case "integer":
      return Math.floor(amount(schema, wish));
    case "number":
      return Math.round(100 * amount(schema, wish)) / 100;
    case "boolean":
      return chance.happens(0.5);
    default:
      return sample;
  }
}

function text(schema: JsonSchema, word: string): string {
  const { minLength: min, maxLength: max } = schema;
  const long = word.padEnd(typeof min === "number" ? min : 0, "x");
  return long.slice(0, typeof max === "number" ? max : long.length);
}

function amount(schema: JsonSchema, { serial }: Wish): number {
  const low = [schema["minimum"], schema["exclusiveMinimum"]].find(isNumber);
  const high = [schema["maximum"], schema["exclusiveMaximum"]].find(isNumber);
  const from = low === undefined ? Math.min(0, high ?? 0) : low + 1;
  const to = high === undefined ? from + 1_000_000 : high - 1;
  return from + (serial % Math.max(1, to - from + 1));
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

/** The text of a record that the check must refuse. */
export function breakEvent(event: Readonly<Record<string, unknown>>, chance: Chance): string {
  const whole = JSON.stringify(event);
  return chance.pick([whole.slice(0, -1), "[]", `${whole.slice(0, 8)}\u0007`, "nonsense"]);
}

function toSchemas(value: unknown): Readonly<Record<string, JsonSchema>> {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, JsonSchema>>)
    : {};
}
