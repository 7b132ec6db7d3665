/** A model's file → what it says about itself, and its SELECT. Pure. */

import { Fault } from "../../../base/faults.ts";

/** Columns that tie a model's row to the raw row it comes from; an incremental model hands them through. */
export const LINEAGE = [
  "_event_id",
  "_shard",
  "_sequence",
  "_accepted_at",
  "_load",
  "_line",
] as const;

/** The latest of two rows with one key is the one accepted last. */
const ORDER_DEFAULT = ["_accepted_at", "_shard", "_sequence"];

export type ModelKind = "incremental" | "table" | "view";

export interface Rule {
  /** SQL that must be true of every run. */
  readonly sql: string;
  readonly line: number;
}

export interface ModelFile {
  readonly name: string;
  readonly file: string;
  /** What the model is, as its first comment says. */
  readonly title: string;
  readonly kind: ModelKind;
  /** Empty unless incremental. */
  readonly key: readonly string[];
  /** What decides between rows of one key, most significant first; ends with enough to leave no tie. */
  readonly order: readonly string[];
  readonly conserve: readonly Rule[];
  readonly select: string;
  /** Line of the file where `select` begins, from 1. */
  readonly selectLine: number;
}

export interface ModelText {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

const NAME = /^[a-z][a-z0-9_]{0,62}$/;
const COLUMN = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What the comments above the SELECT say, by annotation. */
interface Head {
  title: string[];
  kind: string | undefined;
  key: string[] | undefined;
  order: string[] | undefined;
  readonly conserve: Rule[];
}

/** Throws MODEL_INVALID with the line. */
export function parseModel({ name, file, text }: ModelText): ModelFile {
  const refuse = refuser(name, file);
  if (!NAME.test(name)) {
    throw refuse(1, "the file's name is the table's: a-z, 0-9 and _, beginning with a letter");
  }
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const head: Head = {
    title: [],
    kind: undefined,
    key: undefined,
    order: undefined,
    conserve: [],
  };
  let line = 0;
  while (line < lines.length && /^\s*(?:--|$)/.test(lines[line] ?? "")) {
    readComment(lines[line] ?? "", line + 1, { head, refuse });
    line += 1;
  }
  const select = lines.slice(line).join("\n").trim().replace(/;\s*$/, "");
  if (select === "") {
    throw refuse(lines.length, "there is no SELECT");
  }
  if (!/^(?:select|with|from)\b/i.test(select)) {
    throw refuse(line + 1, "a model is one SELECT");
  }
  const kind = kindOf(head, refuse);
  const order = [...(head.order ?? ORDER_DEFAULT), ...ORDER_DEFAULT, "_load", "_line"];
  return {
    name,
    file,
    title: head.title.join(" "),
    kind,
    key: head.key ?? [],
    order: [...new Set(order)],
    conserve: head.conserve,
    select,
    selectLine: line + 1,
  };
}

type Refuse = (line: number, cause: string) => Fault;

export function refuser(model: string, file: string): Refuse {
  return (line, cause) => new Fault("MODEL_INVALID", { model, file, line, cause });
}

function readComment(
  text: string,
  line: number,
  { head, refuse }: { head: Head; refuse: Refuse },
): void {
  const comment = text.replace(/^\s*--\s?/, "").trim();
  const match = /^@(\S+)\s*(.*)$/.exec(comment);
  if (match === null) {
    if (comment !== "" && head.kind === undefined && head.key === undefined) {
      head.title.push(comment);
    }
    return;
  }
  const [, annotation, rest = ""] = match;
  switch (annotation) {
    case "key":
      head.key = columnList(rest, () => refuse(line, "@key names columns: @key country, date"));
      return;
    case "order":
      head.order = columnList(rest, () => refuse(line, "@order names columns: @order revised_at"));
      return;
    case "kind":
      head.kind = rest;
      return;
    case "conserve":
      if (rest === "") {
        throw refuse(line, "@conserve needs a condition in SQL");
      }
      head.conserve.push({ sql: rest, line });
      return;
    default:
      throw refuse(line, `@${annotation} is unknown; there are @key, @order, @kind and @conserve`);
  }
}

function columnList(text: string, refusal: () => Fault): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (!names.every((name) => COLUMN.test(name))) {
    throw refusal();
  }
  return names;
}

function kindOf(head: Head, refuse: Refuse): ModelKind {
  const { kind, key } = head;
  if (kind !== undefined && !["incremental", "table", "view"].includes(kind)) {
    throw refuse(1, `@kind ${kind} is unknown; there are incremental, table and view`);
  }
  if (key !== undefined && kind !== undefined && kind !== "incremental") {
    throw refuse(1, `@key makes a model incremental, so @kind ${kind} cannot be`);
  }
  if (kind === "incremental" && key === undefined) {
    throw refuse(1, "an incremental model needs @key");
  }
  if (key === undefined && head.order !== undefined) {
    throw refuse(1, "@order is for models with @key");
  }
  if (kind === "view" && head.conserve.length > 0) {
    throw refuse(1, "a view has no runs, so @conserve cannot hold for them");
  }
  return key === undefined ? ((kind ?? "table") as ModelKind) : "incremental";
}
