/** Every route that is registered has its row, every row its route, and each row lets in whom it says and nobody else. */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { apiRoutes, openApiDocument } from "../../api/index.ts";
import { dashboardRoutes } from "../../dashboard/index.ts";
import type { Caller } from "../../seams/caller.ts";
import { KeyStore, openDoorman, Sessions } from "../../stages/gateway/index.ts";
import { buildRoutes } from "../http/routes.ts";
import type { Journey } from "../journey.ts";
import type { OpenAccess } from "./open-access.ts";
import { ACCESS } from "./table.ts";

/** Answered by the gateway itself, before the app. */
const OF_THE_GATEWAY = ["POST /v1/streams/:stream/events", "POST /v1/webhooks/:webhook", "POST /"];

function openKeys(): { keys: KeyStore; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "millrace-access-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "keys.json");
  const usagePath = join(folder, "key-usage.json");
  const sealPath = join(folder, "keys-seal.json");
  return {
    keys: new KeyStore({ path, usagePath, sealPath, clock: systemClock, random: randomBytes }),
    folder,
  };
}

const EMPTY_STATUS = { streams: [], models: [], sources: [], warehouse: { up: false } };

const cookie = (): string => "millrace_session_1";

function buildApp(keys: KeyStore): Hono {
  // Whom the guard stops never gets to a handler; whom it lets in meets a journey that is not there.
  const journey = { plan: { streams: [] }, status: () => EMPTY_STATUS } as unknown as Journey;
  const sessions = new Sessions(systemClock, randomBytes);
  const given = { keys, sessions, tokens: undefined, everyone: true, required: true, cookie };
  const access = { keys, sessions, cookie, secure: false, doorman: openDoorman(given) };
  const pages = dashboardRoutes({
    plan: { name: "p", streams: [], dashboard: { charts: [] } },
    query: {} as never,
    webFolder: "/nowhere",
    status: () => EMPTY_STATUS as never,
    newestDeadLetters: () => Promise.resolve({ total: 0, letters: [] }),
  });
  const reads = apiRoutes({
    plan: { streams: [], endpoints: [] } as never,
    query: {} as never,
    position: () => "",
    models: () => Promise.resolve([]),
    alone: true,
    lake: {} as never,
    version: "0",
    url: () => "",
    open: () => false,
  });
  return buildRoutes(journey, access as unknown as OpenAccess, [...pages, ...reads]);
}

function routesOf(app: Hono): string[] {
  return [...new Set(app.routes.map(({ method, path }) => `${method} ${path}`))].filter(
    (name) => !name.startsWith("ALL "),
  );
}

test("every route has a row in the table, and every row a route", () => {
  const routes = routesOf(buildApp(openKeys().keys));
  expect(routes.length).toBeGreaterThan(20);
  expect(routes.filter((name) => ACCESS[name] === undefined)).toEqual([]);
  expect(Object.keys(ACCESS).filter((name) => !routes.includes(name))).toEqual(OF_THE_GATEWAY);
});

async function statusFor(app: Hono, name: string, caller: Caller): Promise<number> {
  const [method = "", path = ""] = name.split(" ");
  const url = `http://127.0.0.1${path.replace(/:\w+/g, "thing")}`;
  const body = method === "POST" ? { body: "{}" } : {};
  const answer = await app.fetch(new Request(url, { method, ...body }), { caller });
  await answer.body?.cancel();
  return answer.status;
}

test("route by route, scope by scope: only whom the row names gets past the guard", async () => {
  const { keys } = openKeys();
  const app = buildApp(keys);
  const callers = new Map(
    [["ingest"], ["ingest:thing"], ["read"], ["read:thing"], ["admin"]].map((scopes) => {
      const { secret } = keys.create({ name: "n", scopes });
      return [String(scopes), keys.admit(secret).caller] as const;
    }),
  );
  const nobody: Caller = { name: "nobody", anonymous: true, scopes: [], allows: () => false };
  for (const name of routesOf(app)) {
    const row = ACCESS[name];
    const open = row?.kind === "anyone";
    expect([name, (await statusFor(app, name, nobody)) === 401]).toEqual([name, !open]);
    for (const [scope, caller] of callers) {
      const fits = open || scope === "admin" || (row?.kind === "deed" && row.deed === scope);
      const status = await statusFor(app, name, caller);
      expect([name, scope, status === 403]).toEqual([name, scope, !fits]);
    }
  }
});

test("paths that look like others are judged as the router sees them", async () => {
  const { keys } = openKeys();
  const app = buildApp(keys);
  const nobody: Caller = { name: "nobody", anonymous: true, scopes: [], allows: () => false };
  const paths = [
    "/v1/%71uery",
    "//v1/query",
    "/v1/query/",
    "/healthz/../v1/query",
    "/V1/QUERY",
    "/v1/query?x=/healthz",
  ];
  for (const path of paths) {
    const answer = await app.fetch(
      new Request(`http://127.0.0.1${path}`, { method: "POST", body: "{}" }),
      { caller: nobody },
    );
    expect([path, answer.status === 401 || answer.status === 404]).toEqual([path, true]);
  }
  const head = new Request("http://127.0.0.1/v1/keys", { method: "HEAD" });
  expect((await app.fetch(head, { caller: nobody })).status).toBe(401);
});

test("every route is in the OpenAPI document", () => {
  const plan = { name: "p", streams: [{ name: "s", schema: {} }], endpoints: [] } as never;
  const { paths } = openApiDocument({ plan, version: "0", open: () => false }) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const missing = Object.keys(ACCESS).filter((route) => {
    const [method = "", path = ""] = route.split(" ");
    const template = path.replace(":stream/events", "s/events").replaceAll(/:(\w+)/g, "{$1}");
    return paths[template]?.[method.toLowerCase()] === undefined;
  });
  expect(missing).toEqual([]);
});
