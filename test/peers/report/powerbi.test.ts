/** The Power BI project before Microsoft's own: the engine loads the model, the published schemas take the report. */

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectOf } from "../../report/project.ts";
import { SELECTOR, VISUAL } from "../../report/schemas.ts";
import { PEER_PATHS } from "../catalogue.ts";
import { type Engine, startEngine } from "./engine.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-powerbi-"));
const examples = ["food-market", "people"] as const;
let engine: Engine;

beforeAll(async () => {
  for (const example of examples) {
    for (const [path, text] of await projectOf(example)) {
      const file = join(folder, example, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  engine = await startEngine();
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

it.each(examples)(
  "Microsoft's engine loads the model of %s, each measure and table",
  async (name) => {
    const model = join(folder, name, `${name}.SemanticModel`);
    const { ok, said } = await engine.load(model);
    expect(said).toContain("Successfully loaded");
    expect(ok).toBe(true);
    const tables = readdirSync(join(model, "definition/tables"));
    const texts = tables.map((file) =>
      readFileSync(join(model, "definition/tables", file), "utf8"),
    );
    const measures = texts.join("").match(/^\tmeasure /gm)?.length;
    expect(said).toContain(`"tablesLoaded":${tables.length},"measuresLoaded":${measures},`);
  },
);

const PRICES = "definition/tables/prices.tmdl";

it.each([
  ["a typo", PRICES, "summarizeBy: none", "sumarizeBy: none"],
  ["a type that is none", PRICES, "dataType: double", "dataType: duble"],
  ["an indent too few", PRICES, "\t\tdataType: double", "\tdataType: double"],
  ["a measure twice", PRICES, "measure 'Average low'", "measure 'Average high'"],
  [
    "a sort by a column that is not there",
    "definition/tables/Choice of Average price by markets.tmdl",
    "sortByColumn: Order",
    "sortByColumn: Ordre",
  ],
])("the engine does find %s", async (...[what, file, right, wrong]) => {
  const copy = join(folder, what.replaceAll(" ", "-"));
  cpSync(join(folder, "food-market", "food-market.SemanticModel"), copy, { recursive: true });
  const text = readFileSync(join(copy, file), "utf8");
  expect(text).toContain(right);
  writeFileSync(join(copy, file), text.replace(right, wrong));
  const { ok, said } = await engine.load(copy);
  expect({ ok, said }).toMatchObject({ ok: false });
});

describe("the schemas that Microsoft publishes", () => {
  const base = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition";
  const ajv = new Ajv({ strict: false, allErrors: true });
  const known = new Map<string, object>();

  beforeAll(() => {
    for (const file of readdirSync(PEER_PATHS.powerBiSchemas)) {
      const schema = JSON.parse(readFileSync(join(PEER_PATHS.powerBiSchemas, file), "utf8")) as {
        readonly $id?: string;
      };
      if (schema.$id !== undefined) {
        known.set(schema.$id, schema);
        ajv.addSchema(schema);
      }
    }
    // What they refer to is not in the package: there our own, closer words stand.
    const inner = { Background: {}, LockAspect: {} };
    for (const version of ["2.0.0", "2.2.0", "2.3.0"]) {
      const $id = `${base}/visualConfiguration/${version}/schema-embedded.json`;
      ajv.addSchema({ $id, definitions: inner, ...VISUAL });
    }
    for (const version of ["1.3.0", "1.4.0", "1.5.0"]) {
      const $id = `${base}/formattingObjectDefinitions/${version}/schema.json`;
      ajv.addSchema({ $id, definitions: { Selector: SELECTOR } });
    }
    for (const version of ["1.1.0", "1.2.0", "1.3.0"]) {
      ajv.addSchema({ $id: `${base}/filterConfiguration/${version}/schema-embedded.json` });
    }
    const $id = `${base}/semanticQuery/1.3.0/schema.json`;
    ajv.addSchema({ $id, definitions: { QueryExpressionContainer: {} } });
  });

  it.each(examples)("take every file of %s", async (example) => {
    const files = [...(await projectOf(example))].filter(([path]) =>
      /\.(json|pbip|pbir|pbism)$|\.platform$/.test(path),
    );
    expect(files.length).toBeGreaterThan(15);
    const wrong = files.flatMap(([path, text]) => {
      const file = JSON.parse(text) as { readonly $schema: string };
      const validate = known.has(file.$schema) ? ajv.getSchema(file.$schema) : undefined;
      return validate?.(file) === true ? [] : [`${path}: ${ajv.errorsText(validate?.errors)}`];
    });
    expect(wrong).toEqual([]);
  });

  it("do refuse what is wrong", async () => {
    const all = await projectOf("people");
    const page = [...all].find(([path]) => path.endsWith("page.json"))?.[1] ?? "";
    const file = JSON.parse(page.replace("FitToPage", "FitToWall")) as { readonly $schema: string };
    expect(ajv.getSchema(file.$schema)?.(file)).toBe(false);
  });
});
