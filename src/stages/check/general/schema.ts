/** The stream's schema as ajv judges it: a quick yes or no, and the reasons for a no, field by field. */

import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import { assert } from "../../../base/assert.ts";
import type { Reason } from "../../../base/dead-letter.ts";
import { LIMITS } from "../../../base/limits.ts";
import type { JsonSchema } from "../../../plan/plan.ts";
import { FORMATS } from "./formats.ts";
import { toReason } from "./reasons.ts";
import { escapePointer } from "./soundness.ts";

type Node = Readonly<Record<string, unknown>>;
type Event = Readonly<Record<string, unknown>>;

export interface Schema {
  readonly names: ReadonlySet<string>;
  /** Whether the event is valid; unknown fields are. */
  accepts(event: Event): boolean;
  /** Why the event is not: at most one reason per field, in the schema's order, bounded in number. */
  reasons(event: Event): Reason[];
}

/** Keywords of the event itself that say nothing more than the fields' own validators and `required` do. */
const FULFILLED = new Set([
  "$schema",
  "$id",
  "$defs",
  "type",
  "properties",
  "required",
  "title",
  "description",
  "examples",
  "deprecated",
  "$comment",
]);

/**
 * A field's validator is compiled when its first value is judged, and fields with the same schema share it: a stream
 * whose records are all canonical never pays, and 473 alike columns cost one millisecond, not the 100 that ajv
 * needs for them in one piece. Each stops at its first error: asking ajv for all of them would let one record of a
 * megabyte cost seconds.
 */
export function openSchema(schema: JsonSchema): Schema {
  const bounded = withSafeIntegers(schema) as Node;
  const nodes = bounded["properties"] as Readonly<Record<string, unknown>>;
  const names = Object.keys(nodes);
  const required = [bounded["required"] ?? []].flat() as string[];
  const validators = openValidators(bounded);

  function errorOf(event: Event): ErrorObject | undefined {
    return validators.whole === undefined || validators.whole(event)
      ? undefined
      : firstOf(validators.whole);
  }

  function reasonOf(name: string, event: Event): Reason | undefined {
    if (!Object.hasOwn(event, name)) {
      return required.includes(name) ? missing(name) : undefined;
    }
    const validate = validators.of(name);
    if (validate === undefined || validate(event[name])) {
      return undefined;
    }
    const error = firstOf(validate);
    return toReason({ ...error, instancePath: `/${escapePointer(name)}${error.instancePath}` });
  }

  return {
    names: new Set(names),
    accepts(event) {
      const complete = required.every((name) => Object.hasOwn(event, name));
      return (
        complete &&
        Object.keys(event).every((name) => validators.of(name)?.(event[name]) ?? true) &&
        errorOf(event) === undefined
      );
    },
    reasons(event) {
      const found: Reason[] = [];
      for (const name of new Set([...names, ...required])) {
        const reason = reasonOf(name, event);
        if (reason !== undefined && found.push(reason) === LIMITS.reasonsPerRecordMax) {
          return found;
        }
      }
      const error = found.length === 0 ? errorOf(event) : undefined;
      return error === undefined ? found : [toReason(error)];
    },
  };
}

function missing(name: string): Reason {
  const path = `/${escapePointer(name)}`;
  return { code: "FIELD_MISSING", path, message: `${name} is missing` };
}

interface Validators {
  /** The validator of a field's value; undefined for fields the schema does not know. */
  of(name: string): ValidateFunction | undefined;
  /** What the schema says of the event beyond its fields; undefined where it says nothing. */
  readonly whole: ValidateFunction | undefined;
}

function openValidators(schema: Node): Validators {
  const ajv = openAjv();
  // A reference to the root means something else within a field: the whole schema judges such fields.
  const fields = Object.entries(schema["properties"] as Node);
  const nodes = new Map(fields.filter(([, node]) => !refersToRoot(node)));
  const byName = new Map<string, ValidateFunction>();
  const bySchema = new Map<string, ValidateFunction>();
  const whole = isPlain(schema) ? undefined : ajv.compile(schema);

  function compile(name: string): ValidateFunction | undefined {
    const node = nodes.get(name);
    if (node === undefined) {
      return undefined;
    }
    const text = JSON.stringify(node);
    const validate =
      bySchema.get(text) ?? ajv.compile({ ...pick(schema, "$defs"), ...(node as Node) });
    bySchema.set(text, validate);
    byName.set(name, validate);
    return validate;
  }

  return { of: (name) => byName.get(name) ?? compile(name), whole };
}

function isPlain(schema: Node): boolean {
  return Object.keys(schema).every((word) => FULFILLED.has(word)) && !refersToRoot(schema);
}

/** References other than to `$defs`, which every field carries along. */
function refersToRoot(node: unknown): boolean {
  return /"\$(?:dynamicRef|ref)":"(?!#\/\$defs\/)/.test(JSON.stringify(node));
}

function openAjv(): Ajv2020 {
  return new Ajv2020({
    strict: false,
    verbose: true,
    logger: false,
    // The plan made the schema: checking it against the meta-schema would cost more than compiling it.
    validateSchema: false,
    meta: false,
    formats: FORMATS,
    // A field named like a member of every object would never be found missing.
    ownProperties: true,
  });
}

function firstOf(validate: ValidateFunction): ErrorObject {
  const [first] = validate.errors ?? [];
  assert(first !== undefined, "ajv gives an error for what it refuses");
  return first;
}

function pick(node: Node, name: string): Node {
  return name in node ? { [name]: node[name] } : {};
}

/** Keywords whose members are schemas under names of the user's. */
const MAPS = new Set(["properties", "patternProperties", "$defs", "dependentSchemas"]);
/** Keywords that hold values, not schemas. */
const PLAIN = new Set(["enum", "const", "default", "examples", "required"]);

function mapValues(
  node: object,
  to: (value: unknown, name: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, to(value, name)]));
}

/**
 * Whole numbers beyond 2^53 lose digits in every JSON reader on the way, so an integer without bounds gets the safe
 * ones, as zod gives them.
 */
function withSafeIntegers(node: unknown): unknown {
  if (Array.isArray(node)) {
    return node.map(withSafeIntegers);
  }
  if (typeof node !== "object" || node === null) {
    return node;
  }
  const copy = mapValues(node, (value, name) => {
    if (MAPS.has(name)) {
      return mapValues(value as object, withSafeIntegers);
    }
    return PLAIN.has(name) ? value : withSafeIntegers(value);
  });
  if (![copy["type"]].flat().includes("integer")) {
    return copy;
  }
  const { minimum, maximum } = copy;
  copy["minimum"] = Math.max(Number(minimum ?? -Infinity), Number.MIN_SAFE_INTEGER);
  copy["maximum"] = Math.min(Number(maximum ?? Infinity), Number.MAX_SAFE_INTEGER);
  return copy;
}
