/** Texts of a definition in which `env:NAME` stands for a variable of the environment. */

import { Fault } from "../../base/faults.ts";
import type { ReaderWorld } from "./reader.ts";

const VARIABLE = /\benv:([A-Za-z_][A-Za-z0-9_]*)/g;

/** Throws SOURCE_VARIABLE_MISSING. */
export function fillIn(text: string, source: string, env: ReaderWorld["env"]): string {
  return text.replace(VARIABLE, (_whole, variable: string) => {
    const value = env[variable];
    if (value === undefined || value === "") {
      throw new Fault("SOURCE_VARIABLE_MISSING", { source, variable });
    }
    return value;
  });
}

export function fillAll(
  texts: Readonly<Record<string, string>>,
  source: string,
  env: ReaderWorld["env"],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, fillIn(text, source, env)]),
  );
}
