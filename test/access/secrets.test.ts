/** A whole pipeline with keys, tokens, webhooks and logins: who may, may; who may not, may not; and no secret is anywhere. */

import { createHmac, randomBytes } from "node:crypto";
import { globSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, test } from "vitest";
import { defined } from "../../src/base/assert.ts";
import { RunningPipeline } from "../journey/running.ts";

const GITHUB = `gh-${randomBytes(12).toString("hex")}`;
const STRIPE = `whsec_${randomBytes(12).toString("hex")}`;
const AWS = `aws${randomBytes(12).toString("hex")}`;

function mac(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text).digest("hex");
}

function bearer(text: string): Record<string, string> {
  return { authorization: `Bearer ${text}` };
}

/** Reads until the stream breaks off. */
async function toEnd(reading: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  try {
    for (let next = await reading.read(); !next.done; next = await reading.read()) {
      // What comes is of no interest.
    }
    return "ended";
  } catch {
    return "broken off";
  }
}

test("keys, tokens and webhooks open what they should, and leave no trace of themselves", async () => {
  const pair = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: "k" };
  const issuer = createServer((_request, response) =>
    response.end(JSON.stringify({ keys: [jwk] })),
  );
  await new Promise<void>((done) => issuer.listen(0, "127.0.0.1", done));
  const jwks = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`;
  Object.assign(process.env, {
    GUARDED_GITHUB: GITHUB,
    GUARDED_STRIPE: STRIPE,
    GUARDED_JWKS: jwks,
  });
  process.env["MILLRACE_AWS_KEYS"] = `AKIAGUARDED:${AWS}`;
  await using pipeline = new RunningPipeline("test/access/guarded-pipeline");
  const said: string[] = [];
  const make = (...args: string[]): { key: { id: string }; secret: string } => {
    const { out, err, code } = pipeline.alone("keys", ...args, "--data", pipeline.data, "--json");
    expect([code, err]).toEqual([0, ""]);
    return JSON.parse(out) as { key: { id: string }; secret: string };
  };
  const admin = make("create", "--name", "ops", "--scope", "admin");
  const till = make("create", "--name", "till", "--scope", "ingest:visits");
  const reader = make("create", "--name", "reader", "--scope", "read");
  await pipeline.start("--require-keys", "--verbose");

  async function ask(path: string, init: RequestInit & { key?: string } = {}): Promise<Response> {
    const { key, ...rest } = init;
    const headers = {
      ...(rest.headers as Record<string, string>),
      ...(key === undefined ? {} : { "x-api-key": key }),
    };
    const answer = await fetch(`${pipeline.url}${path}`, {
      ...rest,
      headers,
      signal: AbortSignal.timeout(30_000),
    });
    said.push(
      JSON.stringify([...answer.headers].filter(([name]) => name !== "set-cookie")),
      await answer.clone().text(),
    );
    return answer;
  }
  const post = async (
    path: string,
    body: string,
    headers: Record<string, string> = {},
  ): Promise<number> => {
    const all = { "content-type": "application/json", ...headers };
    return (await ask(path, { method: "POST", body, headers: all })).status;
  };
  const visit = JSON.stringify({ id: "v1", page: "/" });
  const events = "/v1/streams/visits/events";
  const exp = Math.floor(Date.now() / 1000) + 300;
  const claims = {
    iss: "https://issuer.example",
    aud: "millrace",
    sub: "svc",
    exp,
    scope: "ingest",
  };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", kid: "k" })
    .sign(pair.privateKey);
  const forged = `${token.slice(0, -6)}AAAAAA`;

  // Who may post, and who may not.
  expect(await post(events, visit)).toBe(401);
  expect(await post(events, visit, bearer(`mr_${"a".repeat(10)}_${"A".repeat(43)}`))).toBe(401);
  expect(await post(events, visit, bearer(reader.secret))).toBe(403);
  expect(await post("/v1/streams/pushes/events", "{}", bearer(till.secret))).toBe(403);
  expect(await post("/v1/streams/..%2Fvisits/events", visit, bearer(till.secret))).toBe(403);
  expect(await post(events, visit, bearer(forged))).toBe(401);
  expect(await post(events, visit, bearer(till.secret))).toBe(202);
  expect(await post(events, "{}", bearer(till.secret))).toBe(422);
  expect(await post(events, visit, bearer(token))).toBe(202);
  expect((await ask("/v1/status", { key: till.secret })).status).toBe(403);
  expect((await ask("/v1/status", { key: reader.secret })).status).toBe(200);
  for (const path of ["/v1/query", "/v1/drain", "/v1/keys", "/v1/dead-letters/drop"]) {
    expect([path, await post(path, "{}", bearer(reader.secret))]).toEqual([path, 403]);
  }
  for (const path of [
    "/assets/..%2f..%2fkeys.json",
    "/assets/%2e%2e/%2e%2e/package.json",
    "/..%2fkeys.json",
  ]) {
    expect([path, (await ask(path, { key: admin.secret })).status]).toEqual([path, 404]);
  }

  // Webhooks: signed, changed, sent again.
  const push = JSON.stringify({ id: "p1", ref: "main" });
  const hub = { "x-hub-signature-256": `sha256=${mac(GITHUB, push)}` };
  expect(await post("/v1/webhooks/github", push)).toBe(401);
  expect(await post("/v1/webhooks/github", `${push} `, hub)).toBe(401);
  expect(await post("/v1/webhooks/github", push, hub)).toBe(202);
  expect(await post("/v1/webhooks/github", push, hub)).toBe(409);
  const t = Math.floor(Date.now() / 1000);
  const bad = JSON.stringify({ id: 7 });
  const stripe = { "stripe-signature": `t=${t},v1=${mac(STRIPE, `${t}.${bad}`)}` };
  // A record that is set aside is well received: its sender cannot mend it.
  expect(await post("/v1/webhooks/stripe", bad, stripe)).toBe(202);
  expect(await post("/v1/webhooks/nobody", push, hub)).toBe(404);

  // A person: the key becomes a cookie, the page and its feed open, the key's end is the session's.
  const login = await ask("/v1/session", {
    method: "POST",
    body: JSON.stringify({ key: reader.secret }),
  });
  const cookie = login.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(
    /^millrace_session_\d+=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/,
  );
  const worn = { cookie: cookie.split(";", 1)[0] ?? "" };
  expect((await ask("/v1/status", { headers: worn })).status).toBe(200);
  const gone = new AbortController();
  const feed = await fetch(`${pipeline.url}/v1/feed`, { headers: worn, signal: gone.signal });
  expect(feed.status).toBe(200);
  const reading = defined(feed.body?.getReader(), "a feed has a body");
  const first = await reading.read();
  said.push(Buffer.from(first.value ?? []).toString());
  const other = { ...worn, origin: "http://evil.example" };
  expect((await ask("/v1/status", { headers: other })).status).toBe(403);

  // The command line shows its key from the environment; a new secret goes beside the old one, and a revoked one ends.
  process.env["MILLRACE_KEY"] = admin.secret;
  pipeline.cli("drain");
  expect(pipeline.ask("select count(*) from visits")).toBe("2");
  expect(
    pipeline.ask(
      "select string_agg(split_part(caller, '@', 1), ' ' order by caller) from dead_letters",
    ),
  ).toBe(`key:${till.key.id} webhook:stripe`);
  const rotated = make("rotate", till.key.id, "--overlap", "1h");
  expect(await post(events, visit, bearer(rotated.secret))).toBe(202);
  expect(await post(events, visit, bearer(till.secret))).toBe(202);
  said.push(
    pipeline.cli("keys", "ls").out,
    pipeline.cli("keys", "revoke", reader.key.id).out,
    pipeline.cli("status", "--json").out,
  );
  // The feed that was open ends with its key.
  expect(await toEnd(reading)).toBe("broken off");
  gone.abort();
  expect((await ask("/v1/status", { headers: worn })).status).toBe(401);
  expect((await ask("/v1/status", { key: reader.secret })).status).toBe(401);
  expect(await (await ask("/metrics", { key: admin.secret })).text()).toContain(
    `millrace_key_requests_total{key="${till.key.id}"}`,
  );
  said.push(JSON.stringify(await (await ask("/v1/keys", { key: admin.secret })).json()));
  said.push(pipeline.cli("verify", "--json").out, pipeline.log);
  await pipeline.stop();
  issuer.close();

  // Everything that was said and written, searched for every secret there was.
  const secrets = [admin, till, reader, rotated].map(({ secret }) => secret.slice(-43));
  const cookieValue = worn.cookie.split("=")[1] ?? "none";
  const all = [...secrets, cookieValue, token.slice(-40), GITHUB, STRIPE, AWS];
  const files = globSync("**/*", { cwd: pipeline.data })
    .map((name) => join(pipeline.data, name))
    .filter((name) => statSync(name).isFile());
  expect(files.length).toBeGreaterThan(5);
  const places = [
    ["answers", said.join("\n")],
    ["log", pipeline.log],
    ...files.map((name) => [name, readFileSync(name, "latin1")]),
  ];
  const found = places.flatMap(([place, text]) =>
    all
      .filter((secret) => text?.includes(secret))
      .map((secret) => `${place}: ${secret.slice(0, 4)}…`),
  );
  expect(found).toEqual([]);
  expect(statSync(join(pipeline.data, "keys.json")).mode & 0o777).toBe(0o600);
}, 90_000);
