/** The read APIs' container: its Dockerfile, and its command run as it stands there over tables that others filled. */

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runtimeDoors } from "../../src/cli/doors.ts";
import { runCommand, scriptedWorld } from "../../src/cli/scripted-world.ts";
import { offlineKeys } from "../../src/runtime/access/offline.ts";
import { startPipeline } from "../../src/runtime/start.ts";

const root = join(import.meta.dirname, "../..");
const people = join(root, "examples/people");
const folder = mkdtempSync(join(tmpdir(), "millrace-container-"));
const data = join(folder, "data");
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

let dockerfile = "";
beforeAll(async () => {
  const out = join(folder, "project");
  const args = ["export", "container", people, "--out", out];
  await runCommand(args, scriptedWorld(), runtimeDoors);
  dockerfile = readFileSync(join(out, "Dockerfile"), "utf8");
});

it("is written beside the project once, and over nothing", async () => {
  const out = join(folder, "project");
  expect(readFileSync(join(out, ".dockerignore"), "utf8")).toMatch(/^\.millrace$/m);
  const args = ["export", "container", people, "--out", out];
  expect(await runCommand(args, scriptedWorld(), runtimeDoors)).toMatchObject({
    code: 4,
    err: expect.stringContaining("there is already"),
  });
});

/** The last CMD, which is the container's. */
function command(): string[] {
  const line = dockerfile.split("\n").findLast((one) => one.startsWith("CMD ")) ?? "";
  return JSON.parse(line.slice(4)) as string[];
}

it("runs as nobody special, from files that are root's, with a health check", () => {
  expect(dockerfile).toMatch(/^FROM node:24-slim$/m);
  expect(dockerfile).toMatch(/^USER 1000:1000$/m);
  expect(dockerfile).toMatch(/^EXPOSE 8080$/m);
  expect(dockerfile).toMatch(/^HEALTHCHECK .*\\\n {2}CMD \["node", "-e", "fetch\(/m);
  expect(dockerfile).not.toMatch(/COPY[^\n]*--chown/);
  expect(command()).toEqual(expect.arrayContaining(["--read-only", "0.0.0.0", "8080", "/data"]));
});

interface Running extends AsyncDisposable {
  readonly url: string;
  /** Resolves to what it said on standard error when it ended, with its exit code. */
  readonly ended: Promise<{ code: number | null; err: string }>;
}

/** The container's command, on a free port and on this folder's data. */
async function run(place: string, env: Record<string, string>): Promise<Running> {
  const [, , ...args] = command().map((word) =>
    word === "8080" ? "0" : word === "/data" ? place : word,
  );
  const child = spawn(process.execPath, [join(root, "bin/millrace.cjs"), ...args, "--json"], {
    cwd: people,
    env: { ...process.env, ...env },
  });
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<{ code: number | null; err: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, err })),
  );
  const url = new Promise<string>((resolve) =>
    createInterface({ input: child.stdout }).on("line", (line) =>
      resolve((JSON.parse(line) as { url?: string }).url ?? ""),
    ),
  );
  return {
    url: await Promise.race([url, ended.then(() => "")]),
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

describe("its command", () => {
  it("starts for nobody: without any key it says how to make one", async () => {
    await using running = await run(join(folder, "none"), { MILLRACE_KEYS: "" });
    const { code, err } = await running.ended;
    expect(code).toBe(4);
    expect(err).toContain("HOST_REFUSED");
    expect(err).toContain("millrace keys create");
  });

  it("says what is missing where there are no tables", async () => {
    const desk = join(folder, "somebody");
    offlineKeys(desk).create({ name: "reader", scopes: ["read"] });
    const keys = readFileSync(join(desk, "keys.json"), "utf8");
    await using running = await run(join(folder, "nothing"), { MILLRACE_KEYS: keys });
    const { code, err } = await running.ended;
    expect(code).toBe(4);
    expect(err).toContain("NOTHING_TO_READ");
  });

  it("serves the read APIs to whoever has a key, takes no events, and stops when it is told", async () => {
    const started = await startPipeline({
      pipeline: people,
      data,
      port: 0,
      host: "127.0.0.1",
      sources: false,
      insecureHost: false,
      aws: { anonymous: false, keys: undefined },
      log: () => {},
    });
    const json = { "content-type": "application/json" };
    const send = { method: "POST", body: '{"Id":"1","Name":"Ada"}', headers: json };
    const sent = await fetch(`${started.url}/v1/streams/people/events`, send);
    expect(sent.status).toBe(202);
    await fetch(`${started.url}/v1/drain`, { method: "POST", body: "{}" });
    await started.stop();
    // A key made elsewhere: its file's text is what the container is given.
    const desk = join(folder, "desk");
    const { secret: text } = offlineKeys(desk).create({
      name: "reader",
      scopes: ["read", "ingest"],
    });
    const keys = readFileSync(join(desk, "keys.json"), "utf8");
    expect(keys).not.toContain(text);
    await using running = await run(data, { MILLRACE_KEYS: keys });
    const url = running.url.replace("0.0.0.0", "127.0.0.1");
    const ask = (path: string, more: RequestInit = {}): Promise<Response> =>
      fetch(`${url}${path}`, { ...more, headers: { ...json, "x-api-key": text } });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ready: true });
    expect((await fetch(`${url}/v1/data/people`)).status).toBe(401);
    const page = (await (await ask("/v1/data/people")).json()) as { data: { name: string }[] };
    expect(page.data.map(({ name }) => name)).toEqual(["Ada"]);
    expect((await ask("/openapi.json")).status).toBe(200);
    const refused = await ask("/v1/streams/people/events", send);
    expect(refused.status).toBe(405);
    const health = /"-e", ("(?:[^"\\]|\\.)*")/.exec(dockerfile)?.[1] ?? "";
    const check = spawn(process.execPath, [
      "-e",
      (JSON.parse(health) as string).replace("127.0.0.1:8080", new URL(url).host),
    ]);
    expect(await new Promise((resolve) => check.once("close", resolve))).toBe(0);
    await running[Symbol.asyncDispose]();
    expect((await running.ended).code).toBe(0);
    expect(existsSync(join(data, "endpoint.json"))).toBe(false);
  });
});
