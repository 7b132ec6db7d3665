/** Firehose's prefixes as folders of objects: checked before anything is named by them, evaluated per object. */

import { objectNameProblem } from "../../base/object-name.ts";
import { type Piece, parsePrefix, type PrefixSetting } from "./parse-prefix.ts";
import { toZone, type Zone } from "./zone.ts";

export interface PrefixFacts {
  /** Arrival of the oldest record in the object, ms since 1970. */
  readonly at: number;
  /** Gives a fresh value in [0, 1) at each call. */
  readonly random: () => number;
  /** Zone of IANA's list that times are printed in; UTC when left out. */
  readonly timeZone?: string | undefined;
  /** Why records of an error object failed; the only way there is in a pipeline's own delivery when left out. */
  readonly errorType?: string | undefined;
  /** Keys of a dynamic partition, as they go into a name. */
  readonly keys?: Readonly<Record<"query" | "lambda", ReadonlyMap<string, string>>> | undefined;
}

/** Firehose's own bound on an evaluated prefix. */
export const EVALUATED_CHARS_MAX = 512;
/** What follows the last slash stands before the object's own name in one part of a path. */
const TAIL_CHARS_MAX = 64;
const RANDOM_CHARS = 11;
const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** The only way a record of a pipeline fails in delivery. */
const ERROR_TYPE = "processing-failed";
/** Manifests live there; an object of that name could be taken for one. */
const RESERVED = "_manifests";
const SAMPLES = [Date.UTC(2026, 6, 13, 14, 5, 6, 789), Date.UTC(2031, 0, 1, 0, 0, 0, 0)];

/** What is wrong with a prefix of a pipeline, or undefined. */
export function checkPrefix(text: string, setting: PrefixSetting): string | undefined {
  const pieces = parsePrefix(text, setting);
  if (typeof pieces === "string") {
    return pieces;
  }
  if (pieces.some(({ kind }) => kind === "key")) {
    return "A pipeline's stream has no dynamic partitions.";
  }
  if (setting === "errorPrefix") {
    const problem = checkErrorPieces(text, pieces);
    if (problem !== undefined) {
      return problem;
    }
  }
  return SAMPLES.map((at) => checkEvaluated(printPrefix(pieces, { at, random: () => 0 }))).find(
    (problem) => problem !== undefined,
  );
}

/** The folder an object gets. The text must have passed `checkPrefix`. */
export function evaluatePrefix(text: string, setting: PrefixSetting, facts: PrefixFacts): string {
  const pieces = parsePrefix(text, setting);
  // The plan refused every text that does not parse; what is left to do here is to print it as it is.
  return typeof pieces === "string" ? text : printPrefix(pieces, facts);
}

function checkErrorPieces(text: string, pieces: readonly Piece[]): string | undefined {
  if (text === "") {
    return "Records that failed need a folder of their own.";
  }
  const plain = pieces.every(({ kind }) => kind === "literal");
  const typed = pieces.some(({ kind }) => kind === "error-type");
  return plain || typed
    ? undefined
    : "An errorPrefix with expressions must have !{firehose:error-output-type}.";
}

/** What is wrong with an evaluated prefix as the beginning of an object's name, or undefined. */
export function checkEvaluated(prefix: string): string | undefined {
  if (prefix.length > EVALUATED_CHARS_MAX) {
    return `It becomes longer than ${EVALUATED_CHARS_MAX} characters.`;
  }
  const tail = prefix.length - (prefix.lastIndexOf("/") + 1);
  if (tail > TAIL_CHARS_MAX) {
    return `What follows its last slash is longer than ${TAIL_CHARS_MAX} characters.`;
  }
  if (prefix.split("/", 1)[0] === RESERVED) {
    return `${RESERVED}/ is where manifests are kept.`;
  }
  const problem = objectNameProblem(`${prefix}x`);
  return problem === undefined ? undefined : `It becomes ${JSON.stringify(prefix)}: ${problem}.`;
}

/** The pieces as one text; every piece stands for what the facts say. */
export function printPrefix(pieces: readonly Piece[], facts: PrefixFacts): string {
  const zone = toZone(facts.timeZone ?? "UTC", facts.at);
  const date = new Date(facts.at + zone.offsetMinutes * 60_000);
  return pieces.map((piece) => printPiece(piece, { ...facts, date, zone })).join("");
}

function printPiece(
  piece: Piece,
  facts: PrefixFacts & { readonly date: Date; readonly zone: Zone },
): string {
  switch (piece.kind) {
    case "literal":
      return piece.text;
    case "date":
      return piece.letter.print(facts.date, piece.count, facts.zone);
    case "random":
      return randomText(facts.random);
    case "error-type":
      return facts.errorType ?? ERROR_TYPE;
    case "key":
      return facts.keys?.[piece.from].get(piece.name) ?? "";
  }
}

function randomText(random: () => number): string {
  return Array.from({ length: RANDOM_CHARS }, () =>
    ALPHANUMERIC.charAt(Math.floor(random() * ALPHANUMERIC.length)),
  ).join("");
}
