/** One event that fits a schema, for the curl that people try first and for generated documents. */

import type { JsonSchema } from "./plan.ts";

type Node = Readonly<Record<string, unknown>>;

/** The schema's own first example, else one value per required field (the first field when none is required). */
export function sampleEvent(schema: JsonSchema): Readonly<Record<string, unknown>> {
  const examples = schema["examples"];
  if (Array.isArray(examples) && typeof examples[0] === "object" && examples[0] !== null) {
    return examples[0] as Record<string, unknown>;
  }
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, Node>);
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  const wanted = properties.filter(([name]) => required.has(name));
  const shown = wanted.length > 0 ? wanted : properties.slice(0, 1);
  return Object.fromEntries(shown.map(([name, node]) => [name, sampleValue(node)]));
}

function sampleValue(node: Node): unknown {
  const listed = firstListed(node);
  if (listed !== undefined) {
    return listed;
  }
  const union = node["anyOf"] ?? node["oneOf"];
  if (Array.isArray(union)) {
    return sampleValue((union as Node[]).find((one) => one["type"] !== "null") ?? {});
  }
  const type: unknown = Array.isArray(node["type"])
    ? node["type"].find((one) => one !== "null")
    : node["type"];
  switch (type) {
    case "integer":
    case "number":
      return sampleNumber(node);
    case "boolean":
      return true;
    case "array":
      return [];
    case "object":
      return sampleEvent(node);
    case "null":
      return null;
    default:
      return sampleText(node);
  }
}

function firstListed(node: Node): unknown {
  if ("const" in node) {
    return node["const"];
  }
  const list = node["examples"] ?? node["enum"];
  return Array.isArray(list) ? list[0] : undefined;
}

function sampleNumber(node: Node): number {
  const least = Number(node["minimum"] ?? node["exclusiveMinimum"] ?? 0);
  const most = Number(node["maximum"] ?? node["exclusiveMaximum"] ?? Number.MAX_SAFE_INTEGER);
  const above = "exclusiveMinimum" in node ? least + 1 : Math.max(least, 1);
  return above <= most ? above : least;
}

function sampleText(node: Node): string {
  const texts: Readonly<Record<string, string>> = {
    date: "2024-05-01",
    "date-time": "2024-05-01T12:00:00Z",
    email: "someone@example.com",
    uri: "https://example.com/",
    uuid: "6f1f1d3e-3f0a-4c62-9d0c-8a4b5d2f7e10",
  };
  const text = texts[String(node["format"])] ?? "example";
  const least = Number(node["minLength"] ?? 0);
  const most = Number(node["maxLength"] ?? text.length);
  return text.padEnd(least, "x").slice(0, Math.max(least, most));
}
