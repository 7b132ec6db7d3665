/** Firehose's prefix expressions: parsed once, checked before anything is named by them, evaluated per object. */

import { objectNameProblem } from "../../base/object-name.ts";
import { type DateLetter, DATE_LETTERS } from "./date-letters.ts";

export type PrefixSetting = "prefix" | "errorPrefix";

export interface PrefixFacts {
  /** Arrival of the oldest record in the object, ms since 1970; everything is printed in UTC. */
  readonly at: number;
  /** Gives a fresh value in [0, 1) at each call. */
  readonly random: () => number;
}

type Piece =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "date"; readonly letter: DateLetter; readonly count: number }
  | { readonly kind: "random" }
  | { readonly kind: "error-type" };

/** Firehose's own bound on an evaluated prefix. */
const EVALUATED_CHARS_MAX = 512;
/** What follows the last slash stands before the object's own name in one part of a path. */
const TAIL_CHARS_MAX = 64;
const RANDOM_CHARS = 11;
const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const DEFAULT_PATH = "yyyy/MM/dd/HH/";
/** The only way a record fails in delivery. */
const ERROR_TYPE = "processing-failed";
/** Manifests live there; an object of that name could be taken for one. */
const RESERVED = "_manifests";
const SAMPLES = [Date.UTC(2026, 6, 13, 14, 5, 6, 789), Date.UTC(2031, 0, 1, 0, 0, 0, 0)];

/** What is wrong with a prefix, or undefined. */
export function checkPrefix(text: string, setting: PrefixSetting): string | undefined {
  const pieces = parse(text, setting);
  if (typeof pieces === "string") {
    return pieces;
  }
  if (setting === "errorPrefix") {
    const problem = checkErrorPieces(text, pieces);
    if (problem !== undefined) {
      return problem;
    }
  }
  return SAMPLES.map((at) => checkEvaluated(print(pieces, { at, random: () => 0 }))).find(
    (problem) => problem !== undefined,
  );
}

/**
 * The folder an object gets. A `prefix` without any expression has yyyy/MM/dd/HH/ appended as it stands, with no slash
 * between, as Firehose does; an `errorPrefix` never has. The text must have passed `checkPrefix`.
 */
export function evaluatePrefix(text: string, setting: PrefixSetting, facts: PrefixFacts): string {
  const pieces = parse(text, setting);
  // The plan refused every text that does not parse; what is left to do here is to print it as it is.
  return typeof pieces === "string" ? text : print(pieces, facts);
}

function parse(text: string, setting: PrefixSetting): readonly Piece[] | string {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf("!{", at);
    if (open === -1) {
      pieces.push({ kind: "literal", text: text.slice(at) });
      break;
    }
    const close = text.indexOf("}", open);
    if (close === -1) {
      return `The expression at character ${open + 1} has no closing brace.`;
    }
    pieces.push({ kind: "literal", text: text.slice(at, open) });
    const found = parseExpression(text.slice(open + 2, close), setting);
    if (typeof found === "string") {
      return found;
    }
    pieces.push(...found);
    at = close + 1;
  }
  const plain = pieces.every(({ kind }) => kind === "literal");
  const dated = plain && setting === "prefix" ? parsePattern(DEFAULT_PATH) : [];
  return typeof dated === "string" ? dated : [...pieces, ...dated];
}

function parseExpression(text: string, setting: PrefixSetting): readonly Piece[] | string {
  const colon = text.indexOf(":");
  const space = colon === -1 ? text : text.slice(0, colon);
  const value = colon === -1 ? "" : text.slice(colon + 1);
  if (space === "timestamp") {
    return parsePattern(value);
  }
  if (space === "firehose" && value === "random-string") {
    return [{ kind: "random" }];
  }
  if (space === "firehose" && value === "error-output-type") {
    return setting === "errorPrefix"
      ? [{ kind: "error-type" }]
      : "!{firehose:error-output-type} belongs into errorPrefix only.";
  }
  return `!{${text}} is not known; there are timestamp:…, firehose:random-string and firehose:error-output-type.`;
}

/** Java's DateTimeFormatter patterns, as far as they do not depend on a locale's weeks. */
function parsePattern(pattern: string): readonly Piece[] | string {
  if (pattern === "") {
    return "!{timestamp:} needs a pattern, such as yyyy/MM/dd/HH.";
  }
  const pieces: Piece[] = [];
  for (const [token] of pattern.matchAll(/'(?:[^']|'')*'?|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    const piece = parseToken(token);
    if (typeof piece === "string") {
      return piece;
    }
    pieces.push(piece);
  }
  return pieces;
}

function parseToken(token: string): Piece | string {
  if (token.startsWith("'")) {
    if (token.length < 2 || !token.endsWith("'")) {
      return `The quote in ${token} is not closed.`;
    }
    const quoted = token === "''" ? "'" : token.slice(1, -1).replaceAll("''", "'");
    return { kind: "literal", text: quoted };
  }
  const first = token.charAt(0);
  if (!/[A-Za-z]/.test(first)) {
    const reserved = /[#{}[\]]/.exec(token);
    return reserved === null
      ? { kind: "literal", text: token }
      : `${reserved[0]} has no meaning in a pattern; put it between quotes.`;
  }
  const letter = DATE_LETTERS[first];
  if (letter === undefined) {
    return `Pattern letter ${first} is not known here; letters of plain text go between quotes.`;
  }
  if (!letter.counts.includes(token.length)) {
    return `Pattern ${token} has ${token.length} letters; ${first} may have ${letter.counts.join(", ")}.`;
  }
  return { kind: "date", letter, count: token.length };
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

function checkEvaluated(prefix: string): string | undefined {
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

function print(pieces: readonly Piece[], facts: PrefixFacts): string {
  const date = new Date(facts.at);
  return pieces.map((piece) => printPiece(piece, date, facts.random)).join("");
}

function printPiece(piece: Piece, date: Date, random: () => number): string {
  switch (piece.kind) {
    case "literal":
      return piece.text;
    case "date":
      return piece.letter.print(date, piece.count);
    case "random":
      return Array.from({ length: RANDOM_CHARS }, () =>
        ALPHANUMERIC.charAt(Math.floor(random() * ALPHANUMERIC.length)),
      ).join("");
    case "error-type":
      return ERROR_TYPE;
  }
}
