/** The stream's schema as ajv judges it: a quick yes or no, and the reasons for a no, field by field. */

import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import { assert } from "../../base/assert.ts";
import type { Reason } from "../../base/dead-letter.ts";
import { LIMITS } from "../../base/limits.ts";
import type { JsonSchema } from "../../plan/plan.ts";
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

/**
 * Validators are compiled when they are first needed: a stream whose records are all canonical never pays for them.
 * Reasons come from a validator per field, each of which stops at its first error: asking ajv for all errors would
 * let one record of a megabyte cost seconds.
 */
export function openSchema(schema: JsonSchema): Schema {
  const properties = schema["properties"] as Readonly<Record<string, Node>>;
  const names = Object.keys(properties);
  const required = new Set(
    Array.isArray(schema["required"]) ? (schema["required"] as string[]) : [],
  );
  const ajv = openAjv(names);
  const bounded = withSafeIntegers(schema) as Node;
  const fields = new Map<string, ValidateFunction>();
  let whole: ValidateFunction | undefined;

  function compileField(name: string): ValidateFunction {
    const nodes = bounded["properties"] as Node;
    return ajv.compile({ ...pick(bounded, "$defs"), properties: { [name]: nodes[name] } });
  }

  function reasonOf(name: string, event: Event): Reason | undefined {
    if (!Object.hasOwn(event, name)) {
      const path = `/${escapePointer(name)}`;
      const missing: Reason = { code: "FIELD_MISSING", path, message: `${name} is missing` };
      return required.has(name) ? missing : undefined;
    }
    const validate = fields.get(name) ?? compileField(name);
    fields.set(name, validate);
    return validate(event) ? undefined : toReason(firstOf(validate));
  }

  return {
    names: new Set(names),
    accepts(event) {
      whole ??= ajv.compile(bounded);
      return whole(event);
    },
    reasons(event) {
      const found: Reason[] = [];
      for (const name of names) {
        const reason = reasonOf(name, event);
        if (reason !== undefined && found.push(reason) === LIMITS.reasonsPerRecordMax) {
          return found;
        }
      }
      if (found.length === 0 && whole !== undefined && !whole(event)) {
        found.push(toReason(firstOf(whole)));
      }
      return found;
    },
  };
}

function openAjv(names: readonly string[]): Ajv2020 {
  return new Ajv2020({
    strict: false,
    verbose: true,
    logger: false,
    formats: FORMATS,
    // Nested else-branches would be one level deeper per field; a wide record is checked flat instead.
    allErrors: names.length > 100,
    // A field named like a member of every object would never be found missing.
    ownProperties: names.some((name) => name in Object.prototype),
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
