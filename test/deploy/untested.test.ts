/** What a plan relies on that nobody has proved: told by name before anything is deployed. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { showUntested } from "../../src/cli/plan/show-untested.ts";
import { paintFor } from "../../src/cli/show/paint.ts";
import { CONFORMANCE } from "../../src/deploy/conformance/rows.ts";
import { untestedOf } from "../../src/deploy/conformance/untested.ts";
import { runtimeDoors } from "../../src/cli/doors.ts";
import { runCommand, scriptedWorld } from "../../src/cli/scripted-world.ts";
import { loadPlan } from "../../src/plan/load-plan.ts";
import type { Plan } from "../../src/plan/plan.ts";

const people = join(import.meta.dirname, "../../examples/people");

function ids(plan: Plan): string[] {
  return untestedOf(plan).map(({ id }) => id);
}

describe("what a plan relies on", () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-conformance-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("follows the definition", async () => {
    const plan = await loadPlan(people);
    expect(ids(plan)).toEqual(["aws-account", "snowflake-pipes", "snowflake-tasks"]);
    const { aws, snowflake } = plan.deploy;
    const other: Plan = {
      ...plan,
      deploy: {
        aws: { ...aws, reading: "ecs-express" },
        snowflake: { ...snowflake, models: "dynamic" },
      },
    };
    expect(ids(other)).toEqual([
      "aws-account",
      "reading-ecs",
      "snowflake-pipes",
      "snowflake-dynamic",
    ]);
    expect(ids({ ...plan, models: undefined })).not.toContain("snowflake-tasks");
  });

  it("is told by millrace plan, to programs too", async () => {
    const out = join(folder, "plan");
    const args = ["plan", people, "--target", "aws", "--no-rehearsal", "--out", out];
    const { code, out: json } = await runCommand(
      [...args, "--json"],
      scriptedWorld(),
      runtimeDoors,
    );
    expect(code).toBe(0);
    const { untested } = JSON.parse(json) as { untested: { id: string }[] };
    expect(untested.map(({ id }) => id)).toEqual(ids(await loadPlan(people)));
  });

  it("is told beside what is made where nothing tells how large events are", async () => {
    const args = ["plan", people, "--target", "aws", "--out", join(folder, "bare")];
    const { code, out } = await runCommand(args, scriptedWorld(), runtimeDoors);
    expect(code).toBe(0);
    expect(out).toContain("AWS::Kinesis::Stream");
    expect(out).toContain("no sizes, cost and latency  The pipeline has no sources of its own");
    expect(out).toContain("! aws-account");
  });

  it("is one line each for people, and nothing where all is proved", () => {
    const paint = paintFor(scriptedWorld().stdout, {});
    const row = CONFORMANCE.find(({ id }) => id === "aws-account");
    expect(showUntested(row === undefined ? [] : [row], paint)).toMatch(
      /^not proved yet.*\n {2}! aws-account: A deploy into an account/,
    );
    expect(showUntested([], paint)).toBe("");
  });

  it("is told by millrace deploy before it asks for the yes", async () => {
    const out = join(folder, "deploy");
    const { code, err } = await runCommand(
      ["deploy", people, "--out", out],
      scriptedWorld(),
      runtimeDoors,
    );
    expect(code).toBe(4);
    expect(err.indexOf("! aws-account:")).toBeGreaterThan(-1);
    expect(err.indexOf("--yes")).toBeGreaterThan(err.indexOf("! aws-account:"));
  });
});
