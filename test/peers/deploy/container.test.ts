/** The read APIs' image: the Dockerfile of `export container` built as it stands, and run as a runtime runs it. */

import { type ChildProcess, spawn } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { offlineKeys } from "../../../src/runtime/access/offline.ts";
import { startPipeline } from "../../../src/runtime/start.ts";
import { InstalledPackage, say } from "../../package/installed.ts";
import { type Peer, PEER_KEYS, startFakesnow, startVersitygw } from "../processes.ts";
import { BUCKET, makeBucket } from "../../s3/place.ts";
import { openAccount } from "../snowflake/account.ts";
import { buildImage, type Image, prepareBase } from "./container/images.ts";

const USER = 1000;
const START_MS = 60_000;
/** DuckDB is two thirds of it. */
const APP_BYTES_MAX = 160 * 1_048_576;
/** What the guide has people make beside the project, and where they keep keys. */
const SECRETS = ["container.env", ".env.local", "keys/keys.json", "keys/snowflake.p8"];
const RUN_IMAGE = join(import.meta.dirname, "container/run-image.sh");

const installed = new InstalledPackage();
const project = installed.project("people");
const data = join(installed.folder, "data");
const undo = new AsyncDisposableStack();
let image: Image;
let key: string;
let keys: string;

/** Gives the packed package to whoever asks, which npm in the image does by a lock file's address. */
async function serveTarball(): Promise<string> {
  const server = createServer((_request, response) =>
    response.end(readFileSync(installed.tarball)),
  );
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  undo.defer(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/millrace.tgz`;
}

/** A project as the guide makes it: of a template, locked, with what a lake on S3 needs and a Dockerfile beside it. */
async function makeProject(): Promise<void> {
  await installed.pack();
  await installed.install();
  const flags = ["--template", "people", "--millrace", await serveTarball()];
  const steps = [
    await installed.millrace(installed.folder, "init", "people", ...flags),
    await say(project, "npm", "install", "--package-lock-only", "--no-audit", "@aws-sdk/client-s3"),
    await installed.millrace(project, "export", "container"),
  ];
  expect(steps.filter(({ code }) => code !== 0)).toEqual([]);
  mkdirSync(join(project, "keys"));
  for (const secret of SECRETS) {
    writeFileSync(join(project, secret), "secret");
  }
}

/** Tables that the engine filled, for a volume that belongs to the image's user. */
async function fillTables(): Promise<void> {
  const started = await startPipeline({
    pipeline: project,
    data,
    port: 0,
    host: "127.0.0.1",
    sources: false,
    insecureHost: false,
    aws: { anonymous: false, keys: undefined },
    log: () => {},
  });
  const post = (path: string, body: string): Promise<Response> => {
    const headers = { "content-type": "application/json" };
    return fetch(`${started.url}${path}`, { method: "POST", body, headers });
  };
  expect((await post("/v1/streams/people/events", '{"Id":"1","Name":"Ada"}')).status).toBe(202);
  expect((await post("/v1/drain", "{}")).status).toBe(200);
  await started.stop();
  chownAll(data);
}

function chownAll(path: string): void {
  chownSync(path, USER, USER);
  for (const inside of statSync(path).isDirectory() ? readdirSync(path) : []) {
    chownAll(join(path, inside));
  }
}

beforeAll(async () => {
  await prepareBase();
  await makeProject();
  await fillTables();
  const desk = join(installed.folder, "desk");
  ({ secret: key } = offlineKeys(desk).create({ name: "reader", scopes: ["read"] }));
  keys = readFileSync(join(desk, "keys.json"), "utf8");
  image = await buildImage(project, "peers-people");
}, 900_000);

afterAll(async () => {
  await image?.[Symbol.asyncDispose]();
  await undo.disposeAsync();
  installed[Symbol.dispose]();
});

interface Running extends AsyncDisposable {
  readonly ask: (path: string, more?: RequestInit) => Promise<Response>;
  /** The process inside, as the machine knows it. */
  readonly pid: () => number;
  readonly stop: () => Promise<number | null>;
  /** The image's own health check, in the same image. */
  readonly healthy: () => Promise<number | null>;
}

/** The image's command and health check as they stand, but for a port that is free here. */
async function start(volume: string, env: Record<string, string>): Promise<Running> {
  const port = await freePort();
  const here = (words: readonly string[]): string[] =>
    words.map((word) => word.replaceAll("8080", String(port)));
  const { User, WorkingDir, Env, Cmd, Healthcheck } = image.config;
  const inside = (command: readonly string[]): ChildProcess => {
    const own = ["--mount", "--pid", "--fork", "--kill-child", "sh", RUN_IMAGE];
    const args = [...own, image.root, volume, User, WorkingDir, ...here(command)];
    const given = Object.fromEntries(Env.map((pair) => pair.split("=", 2)));
    return spawn("unshare", args, { env: { ...given, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  };
  const child = inside(Cmd);
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = endOf(child);
  const base = `http://127.0.0.1:${port}`;
  const ask: Running["ask"] = (path, more = {}) =>
    fetch(`${base}${path}`, { headers: { "x-api-key": key }, ...more });
  const until = Date.now() + START_MS;
  while (
    !(await ask("/healthz").then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || Date.now() > until) {
      child.kill("SIGKILL");
      throw new TypeError(`the image did not start: ${said}`);
    }
    await pause(50);
  }
  const pid = (): number =>
    Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8"));
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      process.kill(pid(), "SIGTERM");
    }
    return await ended;
  };
  return {
    ask,
    pid,
    stop,
    healthy: () => endOf(inside(Healthcheck.Test.slice(1))),
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("close", resolve));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "0.0.0.0", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

it("holds what it runs and no more: no development package, no second Node, nothing of the project's secrets", () => {
  const modules = readdirSync(join(image.root, "app/node_modules"));
  expect(modules).toEqual(expect.arrayContaining(["millrace", "zod", "@aws-sdk"]));
  expect(modules.filter((name) => /^(node-linux|typescript)/.test(name))).toEqual([]);
  expect(sizeOf(join(image.root, "app"))).toBeLessThan(APP_BYTES_MAX);
  expect(SECRETS.filter((path) => existsSync(join(image.root, "app", path)))).toEqual([]);
  expect(statSync(join(image.root, "app")).uid).toBe(0);
  expect(statSync(join(image.root, "data")).uid).toBe(USER);
});

function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) {
    return stat?.size ?? 0;
  }
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

it("serves the tables of its volume, not as root and from a root that it cannot write, and goes when it is told", async () => {
  await using running = await start(data, { MILLRACE_KEYS: keys });
  const { ask } = running;
  expect(await (await ask("/readyz")).json()).toEqual({ ready: true });
  expect((await ask("/v1/data/people", { headers: {} })).status).toBe(401);
  const page = (await (await ask("/v1/data/people")).json()) as { data: { name: string }[] };
  expect(page.data.map(({ name }) => name)).toEqual(["Ada"]);
  expect((await ask("/openapi.json")).status).toBe(200);
  expect((await ask("/docs")).status).toBe(200);
  const status = readFileSync(`/proc/${running.pid()}/status`, "utf8");
  expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
  // Process 1 of its own: no signal ends it that it does not hear.
  expect(status).toMatch(/^NSpid:\t\d+\t1$/m);
  expect(await running.healthy()).toBe(0);
  expect(await running.stop()).toBe(0);
});

it("serves Snowflake's tables with what the stack gives it: lake, region, warehouse, token, keys", async () => {
  await using snowflake: Peer = await startFakesnow();
  await using s3: Peer = await startVersitygw();
  await makeBucket(s3.url);
  const { transport } = await openAccount(snowflake.url, "PEOPLE", installed.folder);
  await using _transport = transport;
  const rows = "SELECT '1' AS ID, 'Grace' AS NAME, 'people.0.1' AS _EVENT_ID, 1 AS _SEQUENCE";
  for (const sql of ["CREATE SCHEMA CLEAN", `CREATE TABLE CLEAN.PEOPLE AS ${rows}`]) {
    await transport.ask(sql, { timeoutMs: 60_000 });
  }
  const volume = join(installed.folder, "volume");
  mkdirSync(volume);
  chownSync(volume, USER, USER);
  await using running = await start(volume, {
    ...PEER_KEYS,
    MILLRACE_LAKE: `s3://${BUCKET}/?endpoint=${s3.url}`,
    MILLRACE_WAREHOUSE: `snowflake://emulated/PEOPLE/CLEAN?role=PEOPLE_READER&warehouse=PEOPLE&user=reader&endpoint=${snowflake.url}`,
    SNOWFLAKE_TOKEN: "any",
    MILLRACE_KEYS: keys,
  });
  expect(await (await running.ask("/readyz")).json()).toEqual({ ready: true });
  const answer = await running.ask("/v1/data/people");
  expect(await answer.json()).toMatchObject({ data: [{ id: "1", name: "Grace" }] });
  expect(await running.stop()).toBe(0);
});
