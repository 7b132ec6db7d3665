/** Turns what a user wrote for a set of fields into what a stage receives, or says what is wrong. */

import { toBytes, toMs } from "../base/units.ts";
import type { Field, Fields, SettledOf } from "../define/fields.ts";
import type { Problem } from "./plan.ts";

/** Collects problems while a definition is read, so that all are told at once. */
export class Problems {
  readonly found: Problem[] = [];

  add(path: string, says: string, remedy: string): void {
    this.found.push({ path, says, remedy });
  }
}

/** Every field of `fields` with its given or default value; what is wrong goes to `problems`. */
export function settle<Fs extends Fields>(
  fields: Fs,
  given: Readonly<Record<string, unknown>>,
  at: { readonly path: string; readonly problems: Problems },
): SettledOf<Fs> {
  const settled: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    settled[name] = settleOne(field, given[name], { ...at, path: `${at.path}.${name}` });
  }
  return settled as SettledOf<Fs>;
}

interface Place {
  readonly path: string;
  readonly problems: Problems;
}

function settleOne(field: Field, given: unknown, { path, problems }: Place): unknown {
  if (given === undefined) {
    return field.default;
  }
  const value = read(field, given);
  if (value === undefined) {
    problems.add(path, `${show(given)} is not ${wanted(field)}.`, field.doc);
    return field.default;
  }
  return value;
}

function read(field: Field, given: unknown): unknown {
  switch (field.kind) {
    case "duration":
      return within(field, typeof given === "string" ? toMs(given) : undefined);
    case "size":
      return within(field, typeof given === "string" ? toBytes(given) : undefined);
    case "count":
      return within(field, Number.isInteger(given) ? (given as number) : undefined);
    case "choice":
      return field.of.includes(given as string) ? given : undefined;
    case "text":
      return typeof given === "string" && given.length <= field.charsMax ? given : undefined;
  }
}

function within(
  field: { readonly min: number; readonly max: number },
  value: number | undefined,
): number | undefined {
  return value !== undefined && value >= field.min && value <= field.max ? value : undefined;
}

function wanted(field: Field): string {
  switch (field.kind) {
    case "duration":
      return `a duration from "${field.min}ms" to "${field.max}ms", such as "60s"`;
    case "size":
      return `a size from "${field.min}B" to "${field.max}B", such as "5MiB"`;
    case "count":
      return `a whole number from ${field.min} to ${field.max}`;
    case "choice":
      return `one of ${field.of.map((one) => `"${one}"`).join(", ")}`;
    case "text":
      return `a text of at most ${field.charsMax} characters`;
  }
}

function show(value: unknown): string {
  const text = typeof value === "function" ? "a function" : JSON.stringify(value);
  return text === undefined ? String(value) : text.slice(0, 80);
}

/** Says which members of `given` nobody knows, so that a typo is not a silent default. */
export function refuseUnknown(
  given: object,
  known: readonly string[],
  { path, problems }: Place,
): void {
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) {
      const near = known.find((one) => alike(one, name));
      const remedy =
        near === undefined ? `Known here: ${known.join(", ")}.` : `Did you mean ${near}?`;
      problems.add(`${path}.${name}`, "No such setting.", remedy);
    }
  }
}

function alike(a: string, b: string): boolean {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x.startsWith(y.slice(0, 4)) || y.startsWith(x.slice(0, 4));
}
