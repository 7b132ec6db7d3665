/** Firehose's prefix expressions, parsed: literals, dates, random texts, keys of partitions, the type of an error. */

import { type DateLetter, DATE_LETTERS } from "./date-letters.ts";

export type PrefixSetting = "prefix" | "errorPrefix";

export type Piece =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "date"; readonly letter: DateLetter; readonly count: number }
  | { readonly kind: "random" }
  | { readonly kind: "error-type" }
  | { readonly kind: "key"; readonly from: "query" | "lambda"; readonly name: string };

const DEFAULT_PATH = "yyyy/MM/dd/HH/";

/**
 * The pieces of a prefix, or what is wrong with it. A `prefix` without any expression has yyyy/MM/dd/HH/ appended as it
 * stands, with no slash between, as Firehose does; an `errorPrefix` never has.
 */
export function parsePrefix(text: string, setting: PrefixSetting): readonly Piece[] | string {
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
  const dated = !text.includes("!{") && setting === "prefix" ? parsePattern(DEFAULT_PATH) : [];
  return typeof dated === "string" ? dated : [...pieces, ...dated];
}

function parseExpression(text: string, setting: PrefixSetting): readonly Piece[] | string {
  const colon = text.indexOf(":");
  const space = colon === -1 ? text : text.slice(0, colon);
  const value = colon === -1 ? "" : text.slice(colon + 1);
  switch (space) {
    case "timestamp":
      return parsePattern(value);
    case "firehose":
      return parseOwn(text, value, setting);
    case "partitionKeyFromQuery":
      return parseKey("query", value, setting);
    case "partitionKeyFromLambda":
      return parseKey("lambda", value, setting);
    default:
      return unknown(text);
  }
}

function parseOwn(text: string, value: string, setting: PrefixSetting): readonly Piece[] | string {
  if (value === "random-string") {
    return [{ kind: "random" }];
  }
  if (value === "error-output-type") {
    return setting === "errorPrefix"
      ? [{ kind: "error-type" }]
      : "!{firehose:error-output-type} belongs into errorPrefix only.";
  }
  return unknown(text);
}

function parseKey(
  from: "query" | "lambda",
  name: string,
  setting: PrefixSetting,
): readonly Piece[] | string {
  if (setting === "errorPrefix") {
    return "Keys of partitions belong into prefix only.";
  }
  return name === "" ? "A partition key needs a name." : [{ kind: "key", from, name }];
}

function unknown(text: string): string {
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
