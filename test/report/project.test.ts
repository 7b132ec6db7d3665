/** The Power BI project: valid, whole, about what the models make, and the same each time. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { runCommand, scriptedWorld } from "../../src/cli/scripted-world.ts";
import { runtimeDoors } from "../../src/cli/doors.ts";
import { planPipeline } from "../../src/plan/plan-pipeline.ts";
import { type Box, PAGE } from "../../src/report/grid.ts";
import { powerBiProject } from "../../src/report/index.ts";
import { describeTables } from "../../src/runtime/describe/describe.ts";
import { PLACE, projectOf } from "./project.ts";
import { FILES } from "./schemas.ts";

interface Fields {
  readonly entity: string;
  readonly property: string;
}

const ajv = new Ajv({ strict: false, allErrors: true });
const validators = FILES.map(([path, schema]) => [path, ajv.compile(schema)] as const);
const examples = ["food-market", "people"] as const;
const projects = new Map<string, ReadonlyMap<string, string>>();

beforeAll(async () => {
  for (const example of examples) {
    projects.set(example, await projectOf(example));
  }
});

function wrongIn(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([path, text]) => {
    if (/\.(tmdl|sql|gitignore)$/.test(path)) {
      return [];
    }
    const validate = validators.find(([end]) => end.test(path))?.[1];
    if (validate === undefined) {
      return [`${path}: nobody knows such a file`];
    }
    return validate(JSON.parse(text)) ? [] : [`${path}: ${ajv.errorsText(validate.errors)}`];
  });
}

/** Every column and measure that any visual names. */
function fieldsOf(files: ReadonlyMap<string, string>): Fields[] {
  const found: Fields[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) {
      return;
    }
    const { Expression, Property } = node as {
      Expression?: { SourceRef?: { Entity?: string } };
      Property?: string;
    };
    if (Property !== undefined) {
      found.push({ entity: Expression?.SourceRef?.Entity ?? "", property: Property });
    }
    Object.values(node).forEach(walk);
  };
  for (const [path, text] of files) {
    if (path.endsWith("visual.json")) {
      walk(JSON.parse(text));
    }
  }
  return found;
}

function apart(a: Box, b: Box): boolean {
  const beside = a.x + a.width <= b.x || b.x + b.width <= a.x;
  return beside || a.y + a.height <= b.y || b.y + b.height <= a.y;
}

function bare(name: string): string {
  return name.startsWith("'") ? name.slice(1, -1).replaceAll("''", "'") : name;
}

/** Names of columns and measures by table, as the TMDL has them. */
function modelOf(files: ReadonlyMap<string, string>): Map<string, Set<string>> {
  return new Map(
    [...files]
      .filter(([path]) => path.includes("/tables/"))
      .map(([, text]) => {
        const table = bare(/^table (.+)$/m.exec(text)?.[1] ?? "");
        const names = [...text.matchAll(/^\t(?:column|measure) ('(?:[^']|'')+'|\w+)/gm)];
        return [table, new Set(names.map(([, name]) => bare(name ?? "")))];
      }),
  );
}

describe.each(examples)("the project of %s", (example) => {
  const files = (): ReadonlyMap<string, string> => projects.get(example) ?? new Map();

  it("is what was looked at", async () => {
    const text = [...files()].map(([path, one]) => `==== ${path}\n${one}`).join("\n");
    await expect(text).toMatchFileSnapshot(`${example}.pbip.txt`);
  });

  it("is valid, each file by its schema", () => {
    expect(wrongIn(files())).toEqual([]);
  });

  it("names in its visuals only what the model has", () => {
    const model = modelOf(files());
    const fields = fieldsOf(files());
    expect(fields.length).toBeGreaterThan(8);
    const missing = fields.filter(
      ({ entity, property }) => model.get(entity)?.has(property) !== true,
    );
    expect(missing).toEqual([]);
  });

  it("keeps all visuals on the page, none over another", () => {
    const pages = Map.groupBy(
      [...files()].filter(([path]) => path.endsWith("visual.json")),
      ([path]) => path.split("/visuals/")[0] ?? "",
    );
    expect(pages.size).toBeGreaterThan(1);
    const wrong = [...pages].flatMap(([page, visuals]) => {
      const boxes = visuals.map(([, text]) => (JSON.parse(text) as { position: Box }).position);
      const off = boxes.filter((a) => a.x + a.width > PAGE.width || a.y + a.height > PAGE.height);
      const over = boxes.filter((a, index) => boxes.slice(index + 1).some((b) => !apart(a, b)));
      return off.length + over.length > 0 ? [{ page, off, over }] : [];
    });
    expect(wrong).toEqual([]);
  });

  it("has titles for measures once in the whole model, as Power BI wants it", () => {
    const all = [...files()].flatMap(([, text]) =>
      [...text.matchAll(/^\tmeasure ('(?:[^']|'')+'|\w+) =/gm)].map(([, name]) =>
        name?.toLowerCase(),
      ),
    );
    expect(all.length).toBeGreaterThan(5);
    expect(new Set(all).size).toBe(all.length);
  });
});

it("the schemas do refuse what is wrong", async () => {
  const files = await projectOf("people");
  const [path, text] = [...files].find(([one]) => one.endsWith("visual.json")) ?? ["", ""];
  for (const [from, to] of [
    ['"visualType"', '"visualTyp"'],
    ['"queryRef"', '"queryref"'],
    ['"slicer"', '"slycer"'],
    ["2.4.0", "2.4.9"],
    ['"x": 16', '"x": -1'],
  ] as const) {
    expect(wrongIn(new Map([[path, text.replace(from, to)]]))).toHaveLength(1);
  }
});

it("a pipeline without models is shown by its raw tables; names that need quotes keep them", async () => {
  const schema = z.object({ "odd name": z.string(), price: z.number(), at: z.iso.datetime() });
  const plan = planPipeline(
    { name: "odd", streams: { sales: { schema } } },
    "/nowhere/pipeline.ts",
  );
  const shapes = await describeTables(plan);
  const files = powerBiProject({
    plan,
    shapes,
    place: { ...PLACE, role: 'a "b"' },
    mode: "import",
  });
  expect(wrongIn(files)).toEqual([]);
  const table = files.get("odd.SemanticModel/definition/tables/sales.tmdl") ?? "";
  expect(table).toContain("column 'odd name'");
  expect(table).toContain("sourceColumn: odd name");
  expect(table).toContain('[Name = "RAW", Kind = "Schema"]');
  expect(table).toContain("mode: import");
  expect(files.get("odd.SemanticModel/definition/expressions.tmdl")).toContain('Role = "a ""b"""');
});

it("a report that names what is not there is refused with what there is", async () => {
  const plan = planPipeline(
    {
      name: "t",
      streams: { sales: { schema: z.object({ price: z.number() }) } },
      report: {
        table: "sales",
        measures: { price: { by: "sum", column: "prise", doc: "All." } },
        pages: [{ kind: "overview", title: "P", cards: ["price"] }],
      },
    },
    "/nowhere/pipeline.ts",
  );
  const shapes = await describeTables(plan);
  expect(() => powerBiProject({ plan, shapes, place: PLACE, mode: "import" })).toThrow(
    /sales has no column prise; it has price/,
  );
});

describe("millrace export powerbi", () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-powerbi-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const out = join(folder, "project");
  const people = join(import.meta.dirname, "../../examples/people");
  const run = async (...more: string[]): Promise<{ code: number; out: string; err: string }> =>
    await runCommand(["export", "powerbi", people, ...more], scriptedWorld(), runtimeDoors);

  it("writes it, writes over nothing unasked, and leaves no page of before", async () => {
    expect(await run()).toMatchObject({ code: 2, err: expect.stringContaining("--out") });
    expect(await run("--out", out)).toMatchObject({ code: 0 });
    const pages = join(out, "people.Report/definition/pages/pages.json");
    const before = readFileSync(pages, "utf8");
    expect(await run("--out", out)).toMatchObject({
      code: 4,
      err: expect.stringContaining("there is already"),
    });
    const old = join(out, "people.Report/definition/pages/page_9/page.json");
    mkdirSync(dirname(old));
    writeFileSync(old, "{}");
    const again = await run("--out", out, "--force", "--mode", "import");
    expect(again).toMatchObject({ code: 0 });
    expect(readFileSync(pages, "utf8")).toBe(before);
    expect(existsSync(old)).toBe(false);
    const table = join(out, "people.SemanticModel/definition/tables/people.tmdl");
    expect(readFileSync(table, "utf8")).toContain("mode: import");
  });
});
