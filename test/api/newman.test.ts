/** The generated Postman collections, run by Newman against running pipelines: every request and test of theirs is green. */

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { RunningPipeline } from "../journey/running.ts";

const root = join(import.meta.dirname, "../..");
const newman = join(root, "node_modules/newman/bin/newman.js");

interface Report {
  readonly run: {
    readonly stats: Readonly<Record<"requests" | "assertions", { total: number; failed: number }>>;
    readonly executions: readonly {
      readonly item: { readonly name: string };
      readonly response: { readonly code: number };
    }[];
    readonly failures: readonly {
      readonly source: { name: string };
      readonly error: { message: string };
    }[];
  };
}

/** Runs the collection that a running pipeline serves, with a key where one is needed. */
async function runCollection(running: RunningPipeline, key?: string): Promise<Report["run"]> {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const answer = await fetch(`${running.url}/postman.json`, { headers });
  const [file, report] = [
    join(running.folder, "collection.json"),
    join(running.folder, "run.json"),
  ];
  writeFileSync(file, await answer.text());
  const given = key === undefined ? [] : ["--env-var", `key=${key}`];
  const how = ["-r", "json", "--reporter-json-export", report, ...given];
  const said = spawnSync(process.execPath, [newman, "run", file, ...how], {
    encoding: "utf8",
    timeout: 100_000,
  });
  const { run } = JSON.parse(readFileSync(report, "utf8")) as Report;
  expect(run.failures.map(({ source, error }) => `${source.name}: ${error.message}`)).toEqual([]);
  expect(said.status).toBe(0);
  return run;
}

test.each(["examples/people", "examples/food-market"])(
  "%s answers every request of its collection as the collection says",
  async (pipeline) => {
    const running = new RunningPipeline(pipeline);
    onTestFinished(() => running[Symbol.asyncDispose]());
    await running.start("--no-sources");
    const { stats } = await runCollection(running);
    expect(stats.requests.total).toBeGreaterThan(10);
    expect(stats.assertions.total).toBeGreaterThan(15);
    expect(stats.requests.failed).toBe(0);
  },
);

test("where keys are required, no key, another scope's and one that has ended are refused", async () => {
  const running = new RunningPipeline("examples/people");
  onTestFinished(() => running[Symbol.asyncDispose]());
  const wish = ["keys", "create", "--name", "postman", "--scope", "admin"];
  const made = running.alone(...wish, "--data", running.data, "--json");
  const { secret } = JSON.parse(made.out) as { secret: string };
  await running.start("--no-sources", "--require-keys");
  expect((await fetch(`${running.url}/postman.json`)).status).toBe(401);
  const { stats, executions } = await runCollection(running, secret);
  expect(stats.requests.failed).toBe(0);
  const codes = new Map(executions.map(({ item, response }) => [item.name, response.code]));
  expect(codes.get("Without a key")).toBe(401);
  expect(codes.get("An event with a key of the wrong scope")).toBe(403);
  expect(codes.get("A key that has ended")).toBe(401);
});
