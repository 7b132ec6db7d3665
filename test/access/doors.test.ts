/** The doors of a whole pipeline: TLS whose certificate changes while it runs, and what pages of other sites may ask. */

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { connect } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
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

test("a key that expires takes its live feed with it", async () => {
  const running = newPipeline();
  const wish = ["keys", "create", "--name", "ops", "--scope", "admin"];
  const made = running.alone(...wish, "--data", running.data, "--json");
  await running.start("--require-keys");
  const asAdmin = bearer((JSON.parse(made.out) as { secret: string }).secret);
  const created = await fetch(`${running.url}/v1/keys`, {
    method: "POST",
    headers: { ...asAdmin, "content-type": "application/json" },
    body: JSON.stringify({ name: "brief", scopes: ["read"], expires: "3s" }),
  });
  const { secret } = (await created.json()) as { secret: string };
  const limit = { signal: AbortSignal.timeout(60_000) };
  const feed = await fetch(`${running.url}/v1/feed`, { headers: bearer(secret), ...limit });
  expect(feed.status).toBe(200);
  await expect(feed.text()).rejects.toThrow("terminated");
});
