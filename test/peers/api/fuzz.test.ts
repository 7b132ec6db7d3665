/** Every route of running pipelines, fuzzed by Schemathesis from the OpenAPI document they serve: nothing undeclared, no 500. */

import { readFileSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openGenerator, marketsFor } from "../../../examples/food-market/generator.ts";
import { RunningPipeline } from "../../journey/running.ts";
import { PEER_PATHS } from "../catalogue.ts";

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];
const SECONDS_MAX = 50;
const PEOPLE = [
  { Id: "1", Name: "Ada", Age: 36, Sex: "Female" },
  { Id: "2", Name: "Alan", Age: 41, Sex: "Male" },
];

interface Subject {
  readonly pipeline: string;
  readonly stream: string;
  readonly tables: readonly string[];
  readonly events: () => string;
}

const SUBJECTS: readonly Subject[] = [
  {
    pipeline: "examples/people",
    stream: "people",
    tables: ["raw_people", "dead_letters", "row_counts"],
    events: () => `${PEOPLE.map((one) => JSON.stringify(one)).join("\n")}\n`,
  },
  {
    pipeline: "examples/food-market",
    stream: "prices",
    tables: ["raw_prices", "prices", "freshness"],
    events: () => openGenerator({ markets: marketsFor(50), seed: 3n }).csv(0, 50),
  },
];

test.each(SUBJECTS)(
  "$pipeline answers as its document says, whatever it is asked",
  async (subject) => {
    const running = new RunningPipeline(subject.pipeline);
    onTestFinished(() => running[Symbol.asyncDispose]());
    await running.start("--no-sources");
    const config = await prepare(running, subject);
    const report = join(running.folder, "report.ndjson");
    const { code, said } = await fuzz(
      [
        `--config-file=${config}`,
        "run",
        `${running.url}/openapi.json`,
        `--checks=${CHECKS.join(",")}`,
        "--phases=coverage,fuzzing",
        `--max-time=${SECONDS_MAX}`,
        "--seed=7",
        // Closing the books deeply takes its time.
        "--request-timeout=60",
        "--no-shrink",
        "--generation-database=none",
        "--continue-on-failure",
        "--warnings=off",
        // Feeds go on for as long as they are listened to; their tests are elsewhere.
        "--exclude-path=/v1/feed",
        "--exclude-path=/v1/tail/{stream}",
        `--report-ndjson-path=${report}`,
      ],
      running.folder,
    );
    expect(said).not.toContain("FAILURES");
    expect({ code, said }).toEqual({ code: 0, said });
    expect(routesOf(readFileSync(report, "utf8"))).toBeGreaterThan(35);
    // Whatever it was asked, its books balance.
    await running.drain();
    expect(running.cli("verify").out).toContain("BALANCED");
  },
);

/** Some rows and a letter to find, and the values by which most requests find them. */
async function prepare(running: RunningPipeline, subject: Subject): Promise<string> {
  const { stream, tables, events } = subject;
  const path = `/v1/streams/${stream}/events`;
  const body = events();
  const sent = await running.post(path, body, body.startsWith("{") ? undefined : "text/csv");
  expect(sent.status).toBe(202);
  await running.post(path, '{"broken\n');
  await running.drain();
  const [event] = await running.rows(`SELECT _event_id FROM ${tables[0]} LIMIT 1`);
  const [letter] = await running.rows("SELECT id FROM dead_letters LIMIT 1");
  const charts = (await (await fetch(`${running.url}/v1/charts`)).json()) as readonly unknown[];
  const { body: key } = await running.post("/v1/keys", '{"name":"fuzz","scopes":["read"]}');
  const known = {
    stream: [stream],
    table: tables,
    chart: ["0", String(Math.max(0, charts.length - 1))],
    event: [event?.["_event_id"]],
    letter: [letter?.["id"]],
    key: [(key as { key: { id: string } }).key.id],
  };
  const file = join(running.folder, "schemathesis.toml");
  writeFileSync(file, toConfig(known));
  return file;
}

/** Mostly one that is known. */
function some(name: string): string {
  return `{ dictionary = "${name}", probability = 0.8 }`;
}

function toConfig(known: Readonly<Record<string, readonly unknown[]>>): string {
  const lists = Object.entries(known).map(
    ([name, values]) => `[dictionaries.${name}]\nvalues = ${JSON.stringify(values)}\n`,
  );
  const ids = [
    ["/v1/events/{id}", "event"],
    ["/v1/dead-letters/{id}", "letter"],
    ["/v1/keys/{id}/rotate", "key"],
  ].map(
    ([path, name]) =>
      `[[operations]]\ninclude-path = "${path}"\nparameters = { "path.id" = ${some(name ?? "")} }\n`,
  );
  const named = ["stream", "table", "chart"].map((name) => `"path.${name}" = ${some(name)}\n`);
  return [
    `hooks = ${JSON.stringify(join(import.meta.dirname, "media_types.py"))}\n`,
    ...lists,
    `[parameters]\n${named.join("")}`,
    ...ids,
    // Waiting for no time at all ends with 504, as it should.
    '[[operations]]\ninclude-path = "/v1/drain"\n' +
      'checks = { not_a_server_error = { expected-statuses = ["2xx", "3xx", "4xx", "504"] } }\n',
  ].join("\n");
}

/** Run beside this process, which goes on listening. */
async function fuzz(
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | null; said: string }> {
  const child = spawn(PEER_PATHS.fuzzerBin("st"), ["--no-color", ...args], { cwd });
  let said = "";
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.on("data", (chunk: Buffer) => (said += chunk.toString()));
  }
  const code = await new Promise<number | null>((done) => {
    child.once("close", done);
  });
  return { code, said };
}

/** How many operations were asked, by the labels of the report's events. */
function routesOf(report: string): number {
  const labels = report.matchAll(/"label":\s*"((?:GET|POST|DELETE) [^"]+)"/g);
  return new Set([...labels].map(([, label]) => label)).size;
}
