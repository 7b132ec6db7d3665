/** The clock on the wall is wrong for a while: tokens and quotas end and come again by it, pulls go on by the time that passed. */

import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, it, onTestFinished, vi } from "vitest";
import { RunningPipeline } from "../journey/running.ts";
import { WallClock } from "./faults/wall-clock.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LOOK = { timeout: 30_000, interval: 50 };

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it("holds up no pull, no daily quota and no token once it is set right", async () => {
  const issuer = await generateKeyPair("ES256", { extractable: true });
  const keys = [{ ...(await exportJWK(issuer.publicKey)), kid: "k" }];
  let pulled = 0;
  const server = await serve(({ url }, response) => {
    const isPull = url === "/pull";
    pulled += isPull ? 1 : 0;
    const body = isPull ? [{ pull: pulled }] : { keys };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });

  const running = new RunningPipeline("test/crash/clock-pipeline");
  onTestFinished(() => running[Symbol.asyncDispose]());
  running.env = { CLOCK_SERVER: server };
  const clock = new WallClock(running);
  // Noon: no midnight comes by itself meanwhile.
  const noon = DAY_MS / 2 - (Date.now() % DAY_MS);
  clock.write(noon / HOUR_MS);
  await running.start();
  const wish = ["--name", "daily", "--scope", "ingest", "--daily", "1", "--data", running.data];
  const made = running.alone("keys", "create", ...wish, "--json");
  const { secret } = JSON.parse(made.out) as { secret: string };
  const about = { iss: "https://issuer.example", aud: "millrace", sub: "svc", scope: "ingest" };
  const exp = Math.floor((Date.now() + noon + 3 * HOUR_MS) / 1000);
  const token = await new SignJWT({ ...about, exp })
    .setProtectedHeader({ alg: "ES256", kid: "k" })
    .sign(issuer.privateKey);
  const statusWith = async (bearer: string): Promise<number> => {
    const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
    const url = `${running.url}/v1/streams/visits/events`;
    return (await fetch(url, { method: "POST", headers, body: '{"page":"/"}' })).status;
  };

  const seen: unknown[] = [];
  // A month ahead by mistake, set right, then the next true day; a restart in the wrong month changes nothing.
  for (const [days, restart] of [[0], [30], [30, true], [0], [1]] as [number, boolean?][]) {
    if (restart) {
      await running.stop();
      await running.start();
    }
    await clock.set((noon + days * DAY_MS) / HOUR_MS);
    seen.push([days, await statusWith(token), await statusWith(secret), await statusWith(secret)]);
    const before = pulled;
    // One of them may have been asked for before the clock was set.
    await vi.waitFor(() => expect(pulled).toBeGreaterThan(before + 1), LOOK);
  }
  expect(seen).toEqual([
    [0, 202, 202, 429],
    [30, 401, 202, 429],
    [30, 401, 429, 429],
    // The true day's own was spent before.
    [0, 202, 429, 429],
    [1, 401, 202, 429],
  ]);
  await running.drain();
  const counts =
    "select count(*) as n, count(distinct pull) as pulls, max(pull) as last from pulls";
  const [found] = await running.rows(counts);
  expect(found?.["n"]).toBe(found?.["pulls"]);
  expect(found?.["n"]).toBe(found?.["last"]);
});
