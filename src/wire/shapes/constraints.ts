/** Judges a decoded request by its shape's bounds, in the words AWS uses; at most ten errors are told. */

import { validation } from "../wire-fault.ts";
import type { ListShape, MapShape, Shape, StringShape, StructureShape } from "./shape.ts";

const ERRORS_MAX = 10;
const VALUE_CHARS_MAX = 2048;
/** No ARN has so many; a pattern with several wildcards would try every one of them. */
const ARN_COLONS_MAX = 16;

/** Throws ValidationException when a bound is broken. */
export function checkConstraints(input: object, shape: StructureShape): void {
  const errors: string[] = [];
  judgeStructure(input, shape, { path: "", errors });
  if (errors.length > 0) {
    throw validation(toMessage(errors));
  }
}

interface Place {
  readonly path: string;
  readonly errors: string[];
}

function toMessage(errors: readonly string[]): string {
  const told = errors.slice(0, ERRORS_MAX);
  return `${told.length} validation error${told.length > 1 ? "s" : ""} detected: ${told.join("; ")}`;
}

function toError(value: string, path: string, constraint: string): string {
  return `Value ${value} at '${path}' failed to satisfy constraint: ${constraint}`;
}

function judgeStructure(value: object, shape: StructureShape, place: Place): void {
  const given = value as Readonly<Record<string, unknown>>;
  for (const member of shape.members) {
    if (place.errors.length >= ERRORS_MAX) {
      return;
    }
    const path = place.path === "" ? member.path : `${place.path}.${member.path}`;
    const inner = given[member.name];
    if (inner !== undefined) {
      judge(inner, member.shape, { ...place, path });
    } else if (member.required) {
      place.errors.push(toError("null", path, "Member must not be null"));
    }
  }
}

function judge(value: unknown, shape: Shape, place: Place): void {
  switch (shape.kind) {
    case "string":
      judgeText(value as string, shape, place);
      return;
    case "integer":
    case "long":
    case "double":
      judgeNumber(value as number, shape, place);
      return;
    case "blob":
      judgeLength((value as Buffer).length, shape, { ...place, value, shape });
      return;
    case "list":
      judgeList(value as readonly unknown[], shape, place);
      return;
    case "map":
      judgeMap(value as Readonly<Record<string, unknown>>, shape, place);
      return;
    case "structure":
      judgeStructure(value as object, shape, place);
      return;
    case "boolean":
    case "timestamp":
  }
}

interface Bounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

interface Subject extends Place {
  readonly value: unknown;
  readonly shape: Shape;
}

function judgeLength(length: number, { min, max }: Bounds, subject: Subject): void {
  if (max !== undefined && length > max) {
    complain(subject, `Member must have length less than or equal to ${max}`);
  }
  if (min !== undefined && length < min) {
    complain(subject, `Member must have length greater than or equal to ${min}`);
  }
}

function judgeNumber(value: number, shape: Shape & Bounds, place: Place): void {
  const { min, max } = shape;
  if (max !== undefined && value > max) {
    complain({ ...place, value, shape }, `Member must have value less than or equal to ${max}`);
  }
  if (min !== undefined && value < min) {
    complain({ ...place, value, shape }, `Member must have value greater than or equal to ${min}`);
  }
}

function judgeText(value: string, shape: StringShape, place: Place): void {
  const subject = { ...place, value, shape };
  const { values, pattern } = shape;
  if (values !== undefined && !values.includes(value)) {
    complain(subject, `Member must satisfy enum value set: [${values.join(", ")}]`);
  }
  const long = shape.max !== undefined && value.length > shape.max;
  if (pattern !== undefined && (long || !satisfies(value, pattern))) {
    // A text that is far too long is not tried: its length is told, and that is enough.
    if (!long || value.length <= VALUE_CHARS_MAX) {
      complainOfPattern(subject, pattern);
    }
  }
  judgeLength(value.length, shape, subject);
}

interface Pattern {
  readonly text: string;
  readonly whole: RegExp;
}

function complainOfPattern(subject: Subject & { readonly value: string }, pattern: Pattern): void {
  if (!satisfies(subject.value, pattern)) {
    complain(subject, `Member must satisfy regular expression pattern: ${pattern.text}`);
  }
}

function satisfies(value: string, { text, whole }: Pattern): boolean {
  if (text.includes("arn") && value.split(":", ARN_COLONS_MAX + 1).length > ARN_COLONS_MAX) {
    return false;
  }
  return whole.test(value);
}

function judgeList(values: readonly unknown[], shape: ListShape, place: Place): void {
  judgeLength(values.length, shape, { ...place, value: values, shape });
  const { member } = shape;
  if (member.kind === "string" && member.values === undefined && member.pattern === undefined) {
    const texts = values as readonly string[];
    if (texts.some((text) => isOutside(text.length, member))) {
      const subject = { ...place, value: values, shape };
      complain(subject, `Member must satisfy constraint: [${lengthRule(member)}]`);
    }
    return;
  }
  for (const [index, value] of values.entries()) {
    if (place.errors.length >= ERRORS_MAX) {
      return;
    }
    judge(value, member, { ...place, path: `${place.path}.${index + 1}.member` });
  }
}

function judgeMap(values: Readonly<Record<string, unknown>>, shape: MapShape, place: Place): void {
  const subject = { ...place, value: values, shape };
  const keys = Object.keys(values);
  judgeLength(keys.length, shape, subject);
  if (keys.some((key) => isOutside(key.length, shape.key))) {
    complain(subject, `Map keys must satisfy constraint: [${lengthRule(shape.key)}]`);
  }
  const { value } = shape;
  const isBad = (each: unknown): boolean =>
    value.kind === "string" && isOutside((each as string).length, value);
  if (value.kind === "string" && Object.values(values).some(isBad)) {
    complain(subject, `Map value must satisfy constraint: [${lengthRule(value)}]`);
  }
}

function isOutside(length: number, { min, max }: Bounds): boolean {
  return (max !== undefined && length > max) || (min !== undefined && length < min);
}

function lengthRule({ min, max }: Bounds): string {
  return [
    max === undefined ? [] : `Member must have length less than or equal to ${max}`,
    min === undefined ? [] : `Member must have length greater than or equal to ${min}`,
  ]
    .flat()
    .join(", ");
}

function complain({ errors, path, value, shape }: Subject, constraint: string): void {
  if (errors.length < ERRORS_MAX) {
    errors.push(toError(`'${shown(value, shape)}'`, path, constraint));
  }
}

/** A value as AWS's own service prints it; cut where it would only fill the answer. */
function shown(value: unknown, shape: Shape): string {
  const text = print(value, shape);
  return text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}…` : text;
}

const PRINTED_MAX = 16;

function print(value: unknown, shape: Shape): string {
  if (Buffer.isBuffer(value)) {
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`;
  }
  if (Array.isArray(value) && shape.kind === "list") {
    const few = value.slice(0, PRINTED_MAX).map((each) => print(each, shape.member));
    return `[${few.join(", ")}${value.length > PRINTED_MAX ? ", …" : ""}]`;
  }
  if (shape.kind === "map") {
    const entries = Object.entries(value as object).slice(0, PRINTED_MAX);
    return `{${entries.map(([key, each]) => `${key}=${print(each, shape.value)}`).join(", ")}}`;
  }
  if (shape.kind === "structure") {
    // Never the bytes of a blob in it: they would be many times as many in the answer.
    const given = value as Readonly<Record<string, unknown>>;
    const members = shape.members.filter(({ name }) => given[name] !== undefined);
    return `{${members.map((one) => `${one.name}=${print(given[one.name], one.shape)}`).join(", ")}}`;
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
