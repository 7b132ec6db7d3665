/** Reads a service's model from text, one shape per line. */

/*
 * Indented lines go on with the one before:
 * `Name = string 1..128 /pattern/`, `Name = string enum A B`, `Name = integer 1..10`, `Name = blob 0..10`,
 * `Name = [ Member ] 1..500`, `Name = map Key Value 1..50`, `Name = { Required! Optional Other:ItsShape }`.
 */

import { assert, defined } from "../../base/assert.ts";
import type { Member, Shape, StringShape, StructureShape } from "./shape.ts";

export interface Model {
  shape(name: string): Shape;
  /** A structure that the model may not have. */
  find(name: string): StructureShape | undefined;
  readonly names: readonly string[];
  structure(name: string): StructureShape;
}

export function readModel(...texts: readonly string[]): Model {
  const lines = new Map<string, readonly string[]>();
  for (const line of texts
    .join("\n")
    .replaceAll(/\n[ ]+/g, " ")
    .split("\n")) {
    const [name = "", equals, ...words] = line.split(/\s+/).filter((word) => word !== "");
    if (name !== "") {
      assert(equals === "=" && words.length > 0, `a model's line reads "Name = …": ${line}`);
      lines.set(name, words);
    }
  }
  const shapes = new Map<string, Shape>();
  const shape = (name: string): Shape => {
    const known = shapes.get(name);
    if (known !== undefined) {
      return known;
    }
    const words = defined(lines.get(name), `the model has a shape ${name}`);
    return words[0] === "{" ? structureOf(name, words) : keep(name, toShape(words, shape));
  };
  /** Kept before its members are read, because a structure may contain itself. */
  const structureOf = (name: string, words: readonly string[]): StructureShape => {
    const members: Member[] = [];
    const made = keep(name, { kind: "structure", members } as const);
    for (const word of words.slice(1, -1)) {
      members.push(toMember(word, shape));
    }
    return made;
  };
  const keep = <T extends Shape>(name: string, made: T): T => {
    shapes.set(name, made);
    return made;
  };
  const structure = (name: string): StructureShape => {
    const found = shape(name);
    assert(found.kind === "structure", `${name} is a structure`);
    return found;
  };
  return {
    shape,
    structure,
    find: (name) => (lines.has(name) ? structure(name) : undefined),
    names: [...lines.keys()],
  };
}

function toMember(word: string, shape: (name: string) => Shape): Member {
  const [left = "", type] = word.split(":");
  const required = left.endsWith("!");
  const name = required ? left.slice(0, -1) : left;
  const path = `${name[0]?.toLowerCase() ?? ""}${name.slice(1)}`;
  return { name, path, shape: shape(type ?? name), required };
}

function toShape(words: readonly string[], shape: (name: string) => Shape): Shape {
  const [kind = "", first = "", second = ""] = words;
  const bounds = boundsOf(words);
  switch (kind) {
    case "[":
      return { kind: "list", member: shape(first), ...bounds };
    case "map":
      return { kind: "map", key: textShape(shape(first)), value: shape(second), ...bounds };
    case "string":
      return { kind, ...bounds, pattern: patternOf(words), values: valuesOf(words) };
    case "integer":
    case "long":
    case "double":
    case "blob":
      return { kind, ...bounds };
    case "boolean":
    case "timestamp":
      return { kind };
    default:
      assert(false, `a model knows no kind ${kind}`);
  }
}

function textShape(shape: Shape): StringShape {
  assert(shape.kind === "string", "a map's keys are texts");
  return shape;
}

function boundsOf(words: readonly string[]): { min: number | undefined; max: number | undefined } {
  const range = words.map((word) => /^(\d*)\.\.(\d*)$/.exec(word)).find((found) => found !== null);
  return { min: toBound(range?.[1]), max: toBound(range?.[2]) };
}

function toBound(text: string | undefined): number | undefined {
  return text === undefined || text === "" ? undefined : Number(text);
}

function valuesOf(words: readonly string[]): readonly string[] | undefined {
  const at = words.indexOf("enum");
  return at < 0 ? undefined : words.slice(at + 1);
}

function patternOf(words: readonly string[]): StringShape["pattern"] {
  const last = words.at(-1) ?? "";
  if (!last.startsWith("/") || words.includes("enum")) {
    return undefined;
  }
  const text = last.slice(1, -1);
  // Only patterns with classes of characters are spelled as the stricter syntax asks.
  return { text, whole: new RegExp(`^(?:${text})$`, text.includes("\\p{") ? "u" : "") };
}
