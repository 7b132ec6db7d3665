/** Makes an event that fits a JSON Schema, for ready commands and documents. Pure; optional fields are left out. */

type Schema = Readonly<Record<string, unknown>>;

const DEPTH_MAX = 8;
const FORMATS: Readonly<Record<string, string>> = {
  date: "2026-01-31",
  "date-time": "2026-01-31T12:00:00Z",
  time: "12:00:00Z",
  email: "ada@example.org",
  uri: "https://example.org/",
  uuid: "123e4567-e89b-42d3-a456-426614174000",
  ipv4: "192.0.2.1",
};

/** The schema's own first example, else the smallest readable event; a `pattern` is beyond it and gets a plain word. */
export function sampleEvent(schema: Schema): Readonly<Record<string, unknown>> {
  const own = [schema["examples"]].find(Array.isArray)?.[0] as unknown;
  return typeof own === "object" && own !== null ? { ...own } : objectOf(schema, 0);
}

function objectOf(schema: Schema, depth: number): Record<string, unknown> {
  const properties = toSchemas(schema["properties"]);
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const names = required.filter((name): name is string => typeof name === "string");
  return Object.fromEntries(
    names.map((name) => [name, valueOf(properties[name], name, depth + 1)]),
  );
}

function valueOf(schema: Schema | undefined, name: string, depth: number): unknown {
  if (schema === undefined || depth > DEPTH_MAX) {
    return null;
  }
  for (const member of ["const", "default"]) {
    if (schema[member] !== undefined) {
      return schema[member];
    }
  }
  const first = [schema["examples"], schema["enum"]].find(Array.isArray)?.[0] as unknown;
  if (first !== undefined) {
    return first;
  }
  const either = [schema["anyOf"], schema["oneOf"]].find(Array.isArray) as Schema[] | undefined;
  if (either !== undefined) {
    return valueOf(either.find((one) => one["type"] !== "null") ?? either[0], name, depth + 1);
  }
  return typedValue(schema, name, depth);
}

function typedValue(schema: Schema, name: string, depth: number): unknown {
  const types = [schema["type"]].flat();
  switch (types.find((one) => one !== "null")) {
    case "string":
      return textOf(schema, name);
    case "integer":
      return Math.ceil(numberOf(schema, 1));
    case "number":
      return numberOf(schema, 1.5);
    case "boolean":
      return true;
    case "array":
      return listOf(schema, name, depth);
    case "object":
      return objectOf(schema, depth);
    default:
      return null;
  }
}

function textOf(schema: Schema, name: string): string {
  const formatted = FORMATS[String(schema["format"])];
  if (formatted !== undefined) {
    return formatted;
  }
  const min = typeof schema["minLength"] === "number" ? schema["minLength"] : 0;
  const max = typeof schema["maxLength"] === "number" ? schema["maxLength"] : 256;
  return `a ${name}`.padEnd(min, "x").slice(0, max);
}

function numberOf(schema: Schema, wanted: number): number {
  const above = schema["exclusiveMinimum"];
  const below = schema["exclusiveMaximum"];
  const min = schema["minimum"] ?? (typeof above === "number" ? above + 1 : undefined);
  const max = schema["maximum"] ?? (typeof below === "number" ? below - 1 : undefined);
  const low = typeof min === "number" ? Math.max(min, wanted) : wanted;
  return typeof max === "number" ? Math.min(max, low) : low;
}

function listOf(schema: Schema, name: string, depth: number): unknown[] {
  const count = typeof schema["minItems"] === "number" ? Math.min(schema["minItems"], 10) : 1;
  const items = toSchemas({ items: schema["items"] })["items"];
  return Array.from({ length: count }, () => valueOf(items, name, depth + 1));
}

function toSchemas(value: unknown): Readonly<Record<string, Schema | undefined>> {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, Schema>>)
    : {};
}
