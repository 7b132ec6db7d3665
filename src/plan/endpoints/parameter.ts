/** A parameter's text → its value, or what is wrong with it. Pure. */

import type { ParameterPlan } from "../plan.ts";

type Value = string | number | boolean;
export type Read = { readonly value: Value } | { readonly wrong: string };

const TEXT_CHARS_MAX = 1000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP =
  /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?$/;

type Facts = Pick<ParameterPlan, "type" | "match" | "values" | "min" | "max">;

export function readValue(parameter: Facts, text: string): Read {
  const read = READERS[parameter.type](text);
  if ("wrong" in read) {
    return read;
  }
  const { values, min, max } = parameter;
  if (typeof read.value === "number") {
    if (min !== undefined && read.value < min) {
      return { wrong: `${text} is below ${min}` };
    }
    if (max !== undefined && read.value > max) {
      return { wrong: `${text} is above ${max}` };
    }
  }
  return Array.isArray(values) ? oneOf(parameter, values, read.value) : read;
}

function oneOf({ match }: Facts, values: readonly Value[], value: Value): Read {
  const fold = match === "loose" ? loosely : String;
  const found = values.find((one) => fold(String(one)) === fold(String(value)));
  return found === undefined
    ? { wrong: `${show(String(value))} is none of ${values.join(", ")}` }
    : { value: found };
}

/** A text without regard to case, to spaces around it and to how many are inside. */
export function loosely(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").toLowerCase();
}

const READERS: Readonly<Record<ParameterPlan["type"], (text: string) => Read>> = {
  text: (text) =>
    text.length > TEXT_CHARS_MAX || text.includes("\0")
      ? { wrong: `it must be a text of at most ${TEXT_CHARS_MAX} characters` }
      : { value: text },
  integer: (text) =>
    /^[+-]?\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))
      ? { value: Number(text) }
      : { wrong: `${show(text)} is not a whole number` },
  number: (text) =>
    /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i.test(text) && Number.isFinite(Number(text))
      ? { value: Number(text) }
      : { wrong: `${show(text)} is not a number` },
  boolean: (text) =>
    text === "true" || text === "false"
      ? { value: text === "true" }
      : { wrong: `${show(text)} is neither true nor false` },
  date: (text) =>
    DATE.test(text) && isDay(text)
      ? { value: text }
      : { wrong: `${show(text)} is not a date such as 2026-01-31` },
  timestamp: (text) =>
    TIMESTAMP.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text))
      ? { value: text }
      : { wrong: `${show(text)} is not a time such as 2026-01-31T12:00:00Z` },
};

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function show(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
