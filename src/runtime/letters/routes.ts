/** The routes on which dead letters are worked on: pick, redrive, drop. Nothing moves unless the body says confirm. */

import type { Context, Hono } from "hono";
import { Fault } from "../../base/faults.ts";
import { LIMITS } from "../../base/limits.ts";
import { readJson } from "../http/read-json.ts";
import type { LetterDesk } from "./desk.ts";
import { keyOf, keyText } from "./moves.ts";
import { LETTERS_PER_PAGE_MAX, type Filter, type PickedLetter } from "./pick.ts";

type Body = Readonly<Record<string, unknown>>;

const FILTER_MEMBERS = ["stream", "cause", "ids", "after", "limit"];
const LIMIT_DEFAULT = 1000;
const REASON_CHARS_MAX = 1000;

export function addLetterRoutes(app: Hono, desk: LetterDesk): void {
  app.post("/v1/dead-letters/pick", async (context) => {
    const body = await read(context, []);
    const { letters, next } = await desk.pick(toFilter(body));
    return context.json({ letters: letters.map(toShown), next: next ?? null });
  });
  app.post("/v1/dead-letters/redrive", async (context) => {
    const body = await read(context, ["fixed", "confirm"]);
    const fixed = toFixed(body["fixed"]);
    const filter = toFilter(body);
    const caller = callerOf(context);
    return context.json(
      await desk.redrive({ filter, fixed, confirm: body["confirm"] === true, caller }),
    );
  });
  app.post("/v1/dead-letters/drop", async (context) => {
    const body = await read(context, ["reason", "confirm"]);
    const { reason, confirm } = body;
    if (typeof reason !== "string" || reason.trim() === "" || reason.length > REASON_CHARS_MAX) {
      throw invalid(`reason must say why, in at most ${REASON_CHARS_MAX} characters`);
    }
    const filter = toFilter(body);
    if ((filter.stream ?? filter.cause ?? filter.ids) === undefined) {
      throw invalid("say which letters are to be dropped: stream, cause or ids");
    }
    const caller = callerOf(context);
    return context.json(await desk.drop({ filter, reason, confirm: confirm === true, caller }));
  });
}

async function read(context: Context, more: readonly string[]): Promise<Body> {
  const body = await readJson(context, LIMITS.bodyBytesMax);
  const known = [...FILTER_MEMBERS, ...more];
  // A filter that is misspelt would mean every letter.
  const strange = Object.keys(body).find((name) => !known.includes(name));
  if (strange !== undefined) {
    throw invalid(`${strange} is none of ${known.join(", ")}`);
  }
  return body;
}

function toFilter(body: Body): Filter {
  const { limit = LIMIT_DEFAULT, ids } = body;
  if (!isWhole(limit) || limit < 1 || limit > LETTERS_PER_PAGE_MAX) {
    throw invalid(`limit must be a whole number from 1 to ${LETTERS_PER_PAGE_MAX}`);
  }
  return {
    stream: toText(body, "stream"),
    cause: toText(body, "cause"),
    after: toText(body, "after"),
    ids: toIds(ids),
    limit,
  };
}

function toIds(ids: unknown): readonly string[] | undefined {
  if (ids === undefined) {
    return undefined;
  }
  const fits = Array.isArray(ids) && ids.length > 0 && ids.length <= LETTERS_PER_PAGE_MAX;
  if (!fits || !ids.every((id): id is string => typeof id === "string")) {
    throw invalid(`ids must be a list of 1 to ${LETTERS_PER_PAGE_MAX} texts`);
  }
  return ids;
}

function toText(body: Body, name: string): string | undefined {
  const value = body[name] ?? undefined;
  if (value !== undefined && typeof value !== "string") {
    throw invalid(`${name} must be a text`);
  }
  return value;
}

/** Fixed records by the key of their letter. */
function toFixed(given: unknown): ReadonlyMap<string, Buffer> | undefined {
  if (given === undefined) {
    return undefined;
  }
  if (!Array.isArray(given) || given.length > LETTERS_PER_PAGE_MAX) {
    throw invalid(`fixed must be a list of at most ${LETTERS_PER_PAGE_MAX} fixed records`);
  }
  return new Map(given.map(toFixedEntry));
}

function toFixedEntry(entry: unknown): [string, Buffer] {
  const says = "each of fixed needs letter, stage, received_at and member, as picked, and record";
  if (!isObject(entry)) {
    throw invalid(says);
  }
  const { letter, stage, received_at, member, record } = entry;
  const isKey =
    typeof letter === "string" &&
    typeof stage === "string" &&
    typeof received_at === "string" &&
    isWhole(member);
  if (!isKey || !isObject(record)) {
    throw invalid(says);
  }
  return [keyText({ letter, stage, received_at, member }), Buffer.from(JSON.stringify(record))];
}

function toShown(letter: PickedLetter): Record<string, unknown> {
  const { stream, cause, reasons, attempts, raw } = letter;
  return {
    ...keyOf(letter),
    stream,
    cause,
    reasons: JSON.parse(reasons) as unknown,
    attempts,
    raw_base64: raw.toString("base64"),
  };
}

function callerOf(context: Context): string {
  return context.req.header("user-agent")?.slice(0, 200) ?? "";
}

function isObject(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

function invalid(cause: string): Fault {
  return new Fault("REQUEST_INVALID", { cause });
}
