/** The doors of a whole pipeline: TLS whose certificate changes while it runs, and what pages of other sites may ask. */

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { connect } from "node:tls";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, onTestFinished, test } from "vitest";
import type { NewKey } from "../../src/seams/keys.ts";
import type { PipelineStatus } from "../../src/seams/status.ts";
import { RunningPipeline } from "../journey/running.ts";
import { makeCertificate, type Pair } from "./certificate.ts";

const EVENTS = "/v1/streams/visits/events";
const SITE = "https://app.example.org";
const PATIENCE = { timeout: 30_000, interval: 100 };

function newPipeline(): RunningPipeline {
  Object.assign(process.env, { GUARDED_GITHUB: "github", GUARDED_STRIPE: "stripe" });
  const running = new RunningPipeline("test/access/guarded-pipeline");
  onTestFinished(() => running[Symbol.asyncDispose]());
  return running;
}

function bearer(secret: string): Record<string, string> {
  return { authorization: `Bearer ${secret}` };
}

function visit(): string {
  return JSON.stringify({ id: crypto.randomUUID(), page: "/" });
}

/** The number of the certificate that a new connection is shown. */
async function shown(port: number, ca: readonly string[]): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, ca: [...ca] });
  try {
    await once(socket, "secureConnect");
    return socket.getPeerCertificate().serialNumber;
  } finally {
    socket.destroy();
  }
}

interface Reply {
  readonly status: number | undefined;
  /** It went over a connection that was open. */
  readonly reused: boolean;
}

async function read(url: string, agent: Agent): Promise<string> {
  const asked = request(url, { agent, timeout: 10_000 });
  asked.end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return Buffer.concat(await answer.toArray()).toString();
}

async function post(url: string, agent: Agent): Promise<Reply> {
  const headers = { "content-type": "application/json" };
  const asked = request(`${url}${EVENTS}`, { agent, method: "POST", headers, timeout: 10_000 });
  asked.end(visit());
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  await once(answer, "end");
  return { status: answer.statusCode, reused: asked.reusedSocket };
}

test("a certificate changes while connections go on; files that do not fit change nothing", async () => {
  const running = newPipeline();
  const [cert, key] = [join(running.folder, "cert.pem"), join(running.folder, "key.pem")];
  const write = (pair: Pair): void => {
    writeFileSync(cert, pair.cert);
    writeFileSync(key, pair.key, { mode: 0o600 });
  };
  const [first, second] = [makeCertificate(), makeCertificate()];
  const ca = [first.cert, second.cert];
  write(first);
  await running.begin("--verbose", "--tls-cert", cert, "--tls-key", key);
  const port = Number(new URL(running.url).port);
  const url = `https://127.0.0.1:${port}`;
  await expect.poll(() => shown(port, ca).catch(() => "none yet"), PATIENCE).not.toBe("none yet");
  const serial = await shown(port, ca);
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  expect(await post(url, agent)).toEqual({ status: 202, reused: false });

  write(second);
  process.kill(running.pid, "SIGHUP");
  await expect.poll(() => shown(port, ca), PATIENCE).not.toBe(serial);
  const renewed = await shown(port, ca);
  expect(await post(url, agent)).toEqual({ status: 202, reused: true });

  writeFileSync(key, first.key);
  process.kill(running.pid, "SIGHUP");
  await expect.poll(() => running.log, PATIENCE).toContain("the certificate before stays in use");
  expect(await shown(port, ca)).toBe(renewed);
  // Who looks at the pipeline sees it too, until files that fit are there.
  const trouble = async (): Promise<string | undefined> => {
    const { gateway } = JSON.parse(await read(`${url}/v1/status`, agent)) as PipelineStatus;
    return gateway.tls?.trouble?.code;
  };
  expect(await trouble()).toBe("TLS_UNREADABLE");
  expect(await read(`${url}/metrics`, agent)).toMatch(/\nmillrace_tls_reload_failures [1-9]/);
  writeFileSync(key, second.key);
  await expect.poll(trouble, PATIENCE).toBe(undefined);
  const metrics = await read(`${url}/metrics`, agent);
  expect(metrics).toMatch(/\nmillrace_tls_reload_failures 0\n/);
  const ends = Number(/\nmillrace_tls_certificate_ends_seconds (\d+)/.exec(metrics)?.[1]);
  expect(ends - Date.now() / 1000).toBeGreaterThan(3600);
  // Nobody is answered who speaks without TLS, and who trusts another issuer trusts nobody here.
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow("fetch failed");
  await expect(shown(port, [makeCertificate().cert])).rejects.toThrow(/certificate|signature/i);
});

test("a page of a site that is named may ask before it sends, and send; all others are refused", async () => {
  const running = newPipeline();
  await running.start("--cors-origin", SITE);
  const ask = (origin: string, method: string, path = EVENTS): Promise<Response> =>
    fetch(`${running.url}${path}`, {
      method,
      headers: {
        origin,
        "content-type": "application/json",
        ...(method === "OPTIONS" ? { "access-control-request-method": "POST" } : {}),
      },
      ...(method === "POST" ? { body: visit() } : {}),
    });
  const preflight = await ask(SITE, "OPTIONS");
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-origin")).toBe(SITE);
  expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
  expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).toContain(
    "idempotency-key",
  );
  expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
  const sent = await ask(SITE, "POST");
  expect([sent.status, sent.headers.get("access-control-allow-origin")]).toEqual([202, SITE]);
  // Without a key it sends, and reads nothing.
  expect((await ask(SITE, "GET", "/v1/status")).status).toBe(403);
  for (const other of ["https://app.example.org.evil.example", "http://app.example.org", "null"]) {
    for (const method of ["OPTIONS", "POST"]) {
      const refused = await ask(other, method);
      expect([other, method, refused.status]).toEqual([other, method, 403]);
      expect(refused.headers.get("access-control-allow-origin")).toBeNull();
    }
  }
});

/** An issuer of tokens; the pipelines that are made afterwards trust it. */
async function openIssuer(): Promise<(endsInS: number) => Promise<string>> {
  const pair = await generateKeyPair("ES256", { extractable: true });
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid: "k" }];
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys })));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  process.env["GUARDED_JWKS"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  return async (endsInS) => {
    const about = { iss: "https://issuer.example", aud: "millrace", sub: "svc", scope: "read" };
    const exp = Math.floor(Date.now() / 1000) + endsInS;
    const token = new SignJWT({ ...about, exp }).setProtectedHeader({ alg: "ES256", kid: "k" });
    return await token.sign(pair.privateKey);
  };
}

test("a live feed ends with what let it in: a key, a secret rotated out, a token, a login", async () => {
  const sign = await openIssuer();
  const running = newPipeline();
  const wish = ["keys", "create", "--name", "ops", "--scope", "admin"];
  const made = running.alone(...wish, "--data", running.data, "--json");
  const wrong = running.alone(
    "keys",
    "create",
    "--name",
    "x",
    "--scope",
    "nope",
    "--data",
    running.data,
  );
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain('"nope" is none of them');
  await running.start("--require-keys");
  const asAdmin = bearer((JSON.parse(made.out) as { secret: string }).secret);
  const ask = async (path: string, body: object, headers = asAdmin): Promise<Response> =>
    await fetch(`${running.url}${path}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const create = async (more: object = {}): Promise<NewKey> =>
    (await (await ask("/v1/keys", { name: "k", scopes: ["read"], ...more })).json()) as NewKey;
  const limit = { signal: AbortSignal.timeout(60_000) };
  const ended: string[] = [];
  const watch = async (name: string, headers: Record<string, string>): Promise<void> => {
    const feed = await fetch(`${running.url}/v1/feed`, { headers, ...limit });
    expect([name, feed.status]).toEqual([name, 200]);
    void feed.text().catch(() => ended.push(name));
  };
  const [staying, rotated] = [await create(), await create()];
  const login = await ask("/v1/session", { key: staying.secret }, {});
  const cookie = { cookie: (login.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "" };
  await watch("stays", bearer(staying.secret));
  await watch("expires", bearer((await create({ expires: "6s" })).secret));
  await watch("rotated out", bearer(rotated.secret));
  await watch("token", bearer(await sign(3)));
  await watch("logged out", cookie);
  expect(ended).toEqual([]);
  await ask(`/v1/keys/${rotated.key.id}/rotate`, { overlap: "1s" });
  await fetch(`${running.url}/v1/session`, { method: "DELETE", headers: cookie });
  const all = ["expires", "logged out", "rotated out", "token"];
  await expect.poll(() => ended.toSorted(), PATIENCE).toEqual(all);
}, 90_000);
