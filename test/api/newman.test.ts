/** The generated Postman collections, run by Newman against running pipelines: every request and test of theirs is green. */

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { RunningPipeline } from "../journey/running.ts";

const root = join(import.meta.dirname, "../..");
const newman = join(root, "node_modules/newman/bin/newman.js");

interface Report {
  readonly run: {
    readonly stats: Readonly<Record<"requests" | "assertions", { total: number; failed: number }>>;
    readonly failures: readonly {
      readonly source: { name: string };
      readonly error: { message: string };
    }[];
  };
}

describe.each(["examples/people", "examples/food-market"])("%s", (pipeline) => {
  test("answers every request of its collection as the collection says", async () => {
    const running = new RunningPipeline(pipeline);
    onTestFinished(() => running[Symbol.asyncDispose]());
    await running.start("--no-sources");
    const collection = await (await fetch(`${running.url}/postman.json`)).text();
    const [file, report] = ["collection.json", "report.json"].map((name) =>
      join(running.folder, name),
    );
    writeFileSync(file ?? "", collection);
    const args = [newman, "run", file ?? "", "-r", "json", "--reporter-json-export", report ?? ""];
    const said = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 100_000 });
    const { run } = JSON.parse(readFileSync(report ?? "", "utf8")) as Report;
    const failures = run.failures.map(({ source, error }) => `${source.name}: ${error.message}`);
    expect(failures).toEqual([]);
    expect(said.status).toBe(0);
    expect(run.stats.requests.total).toBeGreaterThan(10);
    expect(run.stats.assertions.total).toBeGreaterThan(15);
    expect(run.stats.requests.failed).toBe(0);
  });
});
