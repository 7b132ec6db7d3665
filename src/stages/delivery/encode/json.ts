/** JSON in and out without losing digits: whole numbers beyond 2^53 stay whole. */

/** Only a run of 16 digits can be a whole number that a double does not hold. */
const LONG_NUMBER = /\d{16}/;
const WHOLE = /^-?\d+$/;

/** The object that a text spells, or undefined when it spells none; with `exact`, long whole numbers are bigints. */
export function parseEvent(
  text: string,
  exact: boolean,
): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown =
      exact && LONG_NUMBER.test(text) ? JSON.parse(text, reviveLong) : JSON.parse(text);
    const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** What JSON.parse tells a reviver beside key and value; TypeScript's own types lack it still. */
interface Spelling {
  readonly source?: string;
}

function reviveLong(...[, value, spelling]: [string, unknown, Spelling?]): unknown {
  const source = spelling?.source;
  const long = typeof value === "number" && !Number.isSafeInteger(value) && source !== undefined;
  return long && WHOLE.test(source) ? BigInt(source) : value;
}

const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

/** Compact JSON of a value that JSON can hold; bigints as plain digits. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, replaceBig);
}

function replaceBig(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? rawJSON(String(value)) : value;
}
