/** What the plan of one source is made with, and what all kinds of sources read alike. */

import type { StreamPlan } from "../plan.ts";
import type { Problems } from "../settle.ts";

export interface SourcePlace {
  readonly name: string;
  readonly path: string;
  readonly problems: Problems;
  readonly pipeline: string;
  /** Folder of pipeline.ts. */
  readonly folder: string;
  readonly stream: StreamPlan | undefined;
}

/** The members of `given` that are `fields`. */
export function only(given: object, fields: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(fields, name)));
}

/** A table of texts; what is none is told. */
export function toTexts(
  given: object | undefined,
  { path, problems }: Pick<SourcePlace, "path" | "problems">,
): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!["string", "number", "boolean"].includes(typeof value)) {
      problems.add(`${path}.${name}`, "It is no text.", "Write a text, a number or a boolean.");
    }
    texts[name] = String(value);
  }
  return texts;
}

/** Whether a host is this machine itself. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** A definition may come from JavaScript: what is no text is an empty one, and refused as such. */
export function textOf(given: unknown): string {
  return typeof given === "string" ? given : "";
}
