/** The document says all there is: every stream, every read API with its parameters, every reference leads somewhere. */

import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { loadPlan } from "../../plan/load-plan.ts";
import { postmanCollection } from "../postman/collection.ts";
import { openApiDocument } from "./document.ts";

const root = join(import.meta.dirname, "../../..");
const plan = await loadPlan(join(root, "examples/food-market"));
const document = openApiDocument({ plan, version: "1", open: () => false }) as {
  readonly paths: Record<
    string,
    Record<string, { parameters: { name: string; schema: object }[] }>
  >;
  readonly components: { readonly schemas: Record<string, object> };
};

test.each(["people", "food-market"])(
  "a validator of others finds %s's document right",
  async (name) => {
    const given = openApiDocument({
      plan: await loadPlan(join(root, "examples", name)),
      version: "1",
      open: () => false,
    });
    const validator = new Validator();
    const { valid, errors } = await validator.validate({ ...given });
    expect(errors ?? []).toEqual([]);
    expect([valid, validator.version]).toEqual([true, "3.1"]);
  },
);

test("every reference leads to a shape, and every operation has a name of its own", () => {
  const text = JSON.stringify(document);
  const wanted = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
  expect(wanted.length).toBeGreaterThan(20);
  expect(wanted.filter((name) => document.components.schemas[name ?? ""] === undefined)).toEqual(
    [],
  );
  const ids = [...text.matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("read APIs are there with their parameters' types", () => {
  const found = document.paths["/fetch_data"]?.["get"]?.parameters ?? [];
  expect(found.find(({ name }) => name === "year")?.schema).toEqual({
    type: "integer",
    minimum: 1900,
    maximum: 2100,
  });
  expect(document.paths["/v1/streams/prices/events"]).toHaveProperty("post");
});

test("a collection asks without a key only where keys are needed", () => {
  const [needed, open] = [true, false].map((keys) =>
    JSON.stringify(postmanCollection({ plan, url: "http://x", keys })),
  );
  expect(needed).toContain("Without a key");
  expect(open).not.toContain("Without a key");
});
