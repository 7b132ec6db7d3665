/** What attackers ask of a whole pipeline: paths that climb, ends that have passed, headers without measure. None gets anything. */

import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RunningPipeline } from "../journey/running.ts";

/** Lies where climbing up from the data folder, the lake or the dashboard's files would lead. */
const CANARY = `canary-${randomBytes(16).toString("hex")}`;
const running = new RunningPipeline("test/access/guarded-pipeline");
let admin = "";

beforeAll(async () => {
  Object.assign(process.env, { GUARDED_GITHUB: "github", GUARDED_STRIPE: "stripe" });
  const wish = ["keys", "create", "--name", "ops", "--scope", "admin", "--data", running.data];
  admin = (JSON.parse(running.alone(...wish, "--json").out) as { secret: string }).secret;
  for (const folder of [running.folder, running.data]) {
    writeFileSync(join(folder, "canary.txt"), CANARY);
  }
  await running.start("--require-keys", "--verbose", "--aws-anonymous");
});

afterAll(() => running[Symbol.asyncDispose]());

const CLIMBS = [
  "..%2f..%2fcanary.txt",
  "%2e%2e%2fcanary.txt",
  "..%5c..%5ccanary.txt",
  "..%252f..%252fcanary.txt",
  "....%2f%2fcanary.txt",
  "%00canary.txt",
  "%2fetc%2fpasswd",
  "file:%2f%2f%2fetc%2fpasswd",
  "canary.txt%00.csv",
  "a".repeat(3000),
];

interface Told {
  readonly status: number;
  readonly text: string;
}

/** As it is written: fetch would mend the path first. */
async function ask(method: string, path: string, headers: Record<string, string>): Promise<Told> {
  const { hostname, port } = new URL(running.url);
  const asked = Promise.withResolvers<Told>();
  const one = request(
    { hostname, port, path, method, headers, agent: false, timeout: 20_000 },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", asked.reject);
      answer.on("end", () => {
        asked.resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    },
  );
  one.on("error", asked.reject);
  one.end();
  return await asked.promise;
}

test("no path climbs out of what it names, whoever asks", async () => {
  const document = await ask("GET", "/openapi.json", { "x-api-key": admin });
  const { paths } = JSON.parse(document.text) as { paths: Record<string, Record<string, unknown>> };
  const routes = Object.entries(paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method, path] as const))
    .filter(([, path]) => path.includes("{"));
  routes.push(["get", "/assets/{file}"], ["get", "/{file}"], ["get", "/docs/{file}"]);
  expect(routes.length).toBeGreaterThan(8);
  const wrong: string[] = [];
  for (const [method, path] of routes) {
    for (const climb of CLIMBS) {
      const asked = path.replaceAll(/\{\w+\}/g, climb);
      const { status, text } = await ask(method.toUpperCase(), asked, { "x-api-key": admin });
      const refused = status >= 400 && status < 500;
      if (!refused || text.includes(CANARY) || text.includes("root:")) {
        wrong.push(`${method} ${asked.slice(0, 120)}: ${status} ${text.slice(0, 200)}`);
      }
    }
  }
  expect(wrong).toEqual([]);
}, 180_000);

test("no query of tables reads a file or leaves one", async () => {
  const file = join(running.folder, "canary.txt");
  const target = join(running.folder, "written.csv");
  const queries = [
    `select * from read_text('${file}')`,
    `select * from '${file}'`,
    `select * from glob('${running.folder}/*')`,
    `copy (select 1) to '${target}'`,
    `attach '${target}' as x`,
    `select 1; copy (select 1) to '${target}'`,
    `install httpfs`,
    `pragma database_list`,
  ];
  for (const sql of queries) {
    const answer = await fetch(`${running.url}/v1/query`, {
      method: "POST",
      headers: { "x-api-key": admin, "content-type": "application/json" },
      body: JSON.stringify({ sql }),
    });
    const text = await answer.text();
    expect([sql, answer.status, text.includes(CANARY)]).toEqual([sql, 400, false]);
  }
  expect(existsSync(target)).toBe(false);
});

test("names in AWS's words climb nowhere either", async () => {
  const call = async (target: string, body: object): Promise<number> => {
    const answer = await fetch(running.url, {
      method: "POST",
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
      body: JSON.stringify(body),
    });
    await answer.text();
    return answer.status;
  };
  const before = readdirSync(running.folder).toSorted();
  for (const name of ["../up", "a/b", "a\u0000b", "/etc", "..", "."]) {
    const made = await call("Kinesis_20131202.CreateStream", { StreamName: name, ShardCount: 1 });
    // AWS itself takes names of dots: they are names here too, and no folders above.
    expect([name, made]).toEqual([name, /^\.+$/.test(name) ? 200 : 400]);
  }
  const destination = { RoleARN: "arn:aws:iam::1:role/r", BucketARN: "arn:aws:s3:::b" };
  for (const Prefix of ["../up/", "a/../../up/", "/etc/"]) {
    const config = { ...destination, Prefix };
    const body = { DeliveryStreamName: "climbs", ExtendedS3DestinationConfiguration: config };
    expect([Prefix, await call("Firehose_20150804.CreateDeliveryStream", body)]).toEqual([
      Prefix,
      400,
    ]);
  }
  expect(readdirSync(running.folder).toSorted()).toEqual(before);
  expect(existsSync(join(running.data, "up"))).toBe(false);
});

async function newKey(wish: object): Promise<Response> {
  return await fetch(`${running.url}/v1/keys`, {
    method: "POST",
    headers: { "x-api-key": admin, "content-type": "application/json" },
    body: JSON.stringify({ name: "brief", ...wish }),
  });
}

test("a key for what is not there is refused, with what there is", async () => {
  for (const [scope, there] of [
    ["ingest:vists", "visits, pushes"],
    ["read:vists", "visits"],
    ["ingest:dead_letters", "visits, pushes"],
  ] as const) {
    const answer = await newKey({ scopes: ["read", scope] });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(there)]);
  }
  // Streams that AWS's clients made are there too, and so are tables that no stream is called like.
  for (const scope of ["ingest:..", "read:row_counts", "read:visits", "ingest:visits"]) {
    expect([scope, (await newKey({ scopes: [scope] })).status]).toEqual([scope, 201]);
  }
});

test("what has ended opens nothing, and says so without saying more", async () => {
  const create = await newKey({ scopes: ["admin"], expires: "1s" });
  const { secret } = (await create.json()) as { secret: string };
  const status = async (): Promise<Told> => await ask("GET", "/v1/status", { "x-api-key": secret });
  await expect.poll(async () => (await status()).status, { timeout: 15_000 }).toBe(401);
  const { text } = await status();
  expect(text).toContain("KEY_EXPIRED");
  expect(text).not.toContain(secret.slice(-43));
});

test("headers without measure are refused, and nothing of any of this is in the log", async () => {
  const large = await ask("GET", "/v1/status", {
    "x-api-key": admin,
    "x-large": "x".repeat(40_000),
  });
  expect(large.status).toBe(431);
  expect(running.isUp).toBe(true);
  expect(running.log).not.toContain(CANARY);
  expect(running.log).not.toContain(admin.slice(-43));
  expect(running.log).not.toMatch(/INTERNAL|unhandled|at file:\/\//i);
});
