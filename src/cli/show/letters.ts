/** Dead letters as text: grouped by cause, and one in full. */

import { isRecord } from "../reach/refusal.ts";
import { showCount, showCounted } from "./numbers.ts";
import type { Paint } from "./paint.ts";
import { alignRows } from "./table.ts";
import { cut, harmless, padEnd } from "./text.ts";

type Facts = Readonly<Record<string, unknown>>;

interface LetterList {
  readonly groups: readonly Facts[];
  readonly letters: readonly Facts[];
}

const MESSAGE_WIDTH = 72;
const RAW_CHARS = 20_000;

/** Undefined when the body is no list of dead letters. */
export function toLetterList(body: unknown): LetterList | undefined {
  if (!isRecord(body) || !Array.isArray(body["groups"]) || !Array.isArray(body["letters"])) {
    return undefined;
  }
  return { groups: body["groups"].filter(isRecord), letters: body["letters"].filter(isRecord) };
}

export function showLetters({ groups, letters }: LetterList, paint: Paint): string {
  if (groups.length === 0 && letters.length === 0) {
    return `${paint.green("No open dead letters.")}\n`;
  }
  const total = groups.reduce((sum, group) => sum + Number(group["count"] ?? 0), 0);
  const head = dim(["count", "stream", "stage", "cause", "field", "message"], paint);
  const rows = groups.map((group) => [
    paint.yellow(showCount(Number(group["count"] ?? 0))),
    textOf(group["stream"]),
    textOf(group["stage"]),
    paint.bold(textOf(group["cause"])),
    textOf(group["path"]),
    cut(textOf(group["message"]), MESSAGE_WIDTH),
  ]);
  const lines = [
    `${showCounted(total, "dead letter")} of ${showCounted(groups.length, "kind")}`,
    "",
    ...alignRows([head, ...rows], ["right", "left", "left", "left", "left", "left"]),
    "",
    paint.dim("newest"),
    ...alignRows(
      letters.map((letter) => newestRow(letter, paint)),
      ["left", "left", "left", "left"],
    ),
  ];
  const example = textOf(letters[0]?.["id"] ?? groups[0]?.["example_id"]);
  if (example !== "") {
    lines.push("", `See one in full with ${paint.cyan(`millrace dead show ${example}`)}`);
  }
  return `${lines.join("\n")}\n`;
}

function newestRow(letter: Facts, paint: Paint): string[] {
  return [
    paint.cyan(textOf(letter["id"])),
    paint.dim(textOf(letter["received_at"])),
    textOf(letter["cause"]),
    cut(firstMessage(letter), MESSAGE_WIDTH),
  ];
}

function firstMessage(letter: Facts): string {
  const first = reasonsOf(letter)[0];
  return first === undefined ? "" : textOf(first["message"]);
}

function reasonsOf(letter: Facts): Facts[] {
  return Array.isArray(letter["reasons"]) ? letter["reasons"].filter(isRecord) : [];
}

const SHOWN = [
  ["stream", "stream"],
  ["stage", "stage"],
  ["received", "received_at"],
  ["caller", "caller"],
  ["request", "request_id"],
  ["member", "member"],
  ["schema", "schema_version"],
] as const;

export function showLetter(letter: Facts, paint: Paint): string {
  const lines = [`${paint.bold(textOf(letter["id"]))}  ${paint.yellow(textOf(letter["cause"]))}`];
  for (const [label, name] of SHOWN) {
    if (letter[name] !== undefined && letter[name] !== null) {
      lines.push(`  ${paint.dim(padEnd(label, 8))}  ${textOf(letter[name])}`);
    }
  }
  lines.push("", paint.dim("reasons"));
  for (const reason of reasonsOf(letter)) {
    const path = textOf(reason["path"]);
    const where = path === "" ? "" : `${path}  `;
    lines.push(`  ${paint.yellow(textOf(reason["code"]))}  ${where}${textOf(reason["message"])}`);
  }
  lines.push(...moveLines(letter, paint), "", ...rawLines(letter, paint));
  return `${lines.join("\n")}\n`;
}

/** What became of the letter, oldest first. */
function moveLines(letter: Facts, paint: Paint): string[] {
  const moves = Array.isArray(letter["moves"]) ? letter["moves"].filter(isRecord) : [];
  const rows = moves.map((move) => [
    paint.dim(textOf(move["moved_at"])),
    paint.bold(textOf(move["state"])),
    textOf(move["event_id"] === null ? "" : move["event_id"]),
    textOf(move["reason"]),
  ]);
  const lines = alignRows(rows, ["left", "left", "left", "left"]).map((line) => `  ${line}`);
  return rows.length === 0 ? [] : ["", paint.dim("since then"), ...lines];
}

/** The bytes as text, line by line; as base64 when they are none. */
function rawLines(letter: Facts, paint: Paint): string[] {
  const { raw_text: text, raw_base64: base64 } = letter;
  const isText = typeof text === "string";
  const raw = isText ? text : typeof base64 === "string" ? base64 : "";
  const shown = raw.slice(0, RAW_CHARS);
  const lines = shown.split(/\r?\n/).map((line) => `  ${harmless(line)}`);
  const more =
    raw.length > RAW_CHARS
      ? [paint.dim(`  … ${showCount(raw.length - RAW_CHARS)} more characters; --json has them all`)]
      : [];
  return [
    paint.dim(isText ? "record" : "record, which is not UTF-8, in base64"),
    ...lines,
    ...more,
  ];
}

function dim(names: readonly string[], paint: Paint): string[] {
  return names.map((name) => paint.dim(name));
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) {
    return "";
  }
  return harmless(typeof value === "string" ? value : JSON.stringify(value));
}
