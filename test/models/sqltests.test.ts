/** The *.sqltest files beside models, run over the real warehouse, in the repository's own pipelines. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadPlan } from "../../src/plan/load-plan.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Execute } from "../../src/seams/execute.ts";
import { type ModelTestResult, runModelTests } from "../../src/stages/models/index.ts";
import { parseSqlTests } from "../../src/stages/models/sqltest.ts";
import { openWarehouse } from "../../src/stages/warehouse/index.ts";

const ROOT = join(import.meta.dirname, "../..");
const PIPELINES = [
  "test/crash/warehouse-pipeline",
  "examples/food-market",
  "examples/people",
].filter((path) => existsSync(join(ROOT, path, "pipeline.ts")));

function opener(plan: Plan): () => Promise<Execute> {
  return async () => {
    const house = await openWarehouse({ readable: [] });
    await house.ensure(plan);
    const execute = await house.execute();
    return {
      transaction: (work) => execute.transaction(work),
      interrupt: () => execute.interrupt(),
      [Symbol.asyncDispose]: async () => {
        await execute[Symbol.asyncDispose]();
        await house[Symbol.asyncDispose]();
      },
    };
  };
}

async function results(path: string): Promise<readonly ModelTestResult[]> {
  const plan = await loadPlan(join(ROOT, path));
  return await runModelTests({ plan, open: opener(plan) });
}

describe("model tests", () => {
  it.each(PIPELINES)("of %s hold", async (path) => {
    const all = await results(path);
    expect(all.filter(({ failure }) => failure !== undefined)).toEqual([]);
  });

  it("are found, and there are some", async () => {
    expect((await results("test/crash/warehouse-pipeline")).length).toBe(2);
  });

  it("tell the line and the rows when they do not hold", async () => {
    const plan = await loadPlan(join(ROOT, "test/models/failing-pipeline"));
    const [first] = await runModelTests({ plan, open: opener(plan) });
    expect(first).toEqual({
      file: "doubled.sqltest",
      name: "doubles wrongly",
      line: 1,
      failure:
        "line 6: The warehouse refuses the query: doubled has other rows\nexpected, not there: 3\nthere, not expected: 2",
    });
  });
});

describe("a test file", () => {
  it.each([
    ["given x\na\n", 1, /a line is/],
    ["test t\ngiven x\n\n", 3, /header/],
    ["test t\ngiven x\na,b\n1\n", 4, /1 fields, the header 2/],
  ])("is refused: %j", (text, line, cause) => {
    const parse = (): unknown => parseSqlTests(text, "f");
    expect(parse).toThrow(cause);
    expect(parse).toThrow(expect.objectContaining({ facts: expect.objectContaining({ line }) }));
  });
});
