/** The routes of keys, for who may do everything, and of sessions, for people at the dashboard. */

import type { Context, Hono } from "hono";
import { toMs } from "../../base/units.ts";
import { Fault } from "../../base/faults.ts";
import { ENGINE_TABLES, isEngineStream } from "../../base/record.ts";
import type { KeyLimits, KeyWish } from "../../seams/keys.ts";
import { cookieOf } from "../../stages/gateway/index.ts";
import { readJson } from "../http/read-json.ts";
import type { Journey } from "../journey.ts";
import { callerOf } from "./guard.ts";
import type { OpenAccess } from "./open-access.ts";
import { type Named, strayOf } from "./scopes.ts";

const BODY_BYTES_MAX = 16_384;
const OVERLAP_DEFAULT = "24h";
const UNSTORED = { "cache-control": "no-store" } as const;

type Body = Readonly<Record<string, unknown>>;

export function addKeyRoutes(app: Hono, { keys, answers }: OpenAccess, journey: Journey): void {
  app.get("/v1/keys", (context) => context.json({ keys: keys.list() }, 200, UNSTORED));
  app.post("/v1/keys", async (context) => {
    const body = await read(context, ["name", "kind", "scopes", "expires", "limits"]);
    const { name, kind, scopes, limits } = body;
    if (typeof name !== "string" || !Array.isArray(scopes)) {
      throw invalid('the body must be {"name": text, "scopes": [text, …]}');
    }
    const stray = strayOf(scopes, namedBy(journey));
    if (stray !== undefined) {
      throw new Fault("KEY_INVALID", { cause: stray });
    }
    const expiresMs = toDuration(body["expires"], "expires");
    const wish = {
      name,
      kind: kind as KeyWish["kind"],
      scopes: scopes as string[],
      expiresMs,
      limits: toLimits(limits),
    };
    return context.json(keys.create(wish), 201, UNSTORED);
  });
  app.post("/v1/keys/:id/rotate", async (context) => {
    const body = await read(context, ["overlap"]);
    const overlapMs = toDuration(body["overlap"] ?? OVERLAP_DEFAULT, "overlap") ?? 0;
    return context.json(keys.rotate(context.req.param("id"), overlapMs), 200, UNSTORED);
  });
  app.post("/v1/keys/:id/revoke", async (context) => {
    await read(context, []);
    const key = keys.revoke(context.req.param("id"));
    answers.cut(key.id);
    return context.json({ key }, 200, UNSTORED);
  });
}

/** Streams of the definition and of AWS's clients; all tables beside them, for who reads. */
function namedBy(journey: Journey): Named {
  const { streams, models, wireStreams = [] } = journey.status();
  const ingest = [...streams, ...wireStreams]
    .map(({ name }) => name)
    .filter((name) => !isEngineStream(name));
  const tables = [
    ...journey.plan.streams.map(({ table }) => table),
    ...models.map(({ name }) => name),
    ...ENGINE_TABLES,
  ];
  return { ingest, read: [...new Set([...tables, ...ingest])] };
}

export function addSessionRoutes(app: Hono, access: OpenAccess): void {
  const { keys, sessions, doorman } = access;
  app.get("/v1/session", (context) => {
    const { name, anonymous, scopes } = callerOf(context);
    const caller = anonymous ? null : name;
    return context.json({ required: doorman.required, caller, scopes }, 200, UNSTORED);
  });
  app.post("/v1/session", async (context) => {
    const { key } = await read(context, ["key"]);
    if (typeof key !== "string") {
      throw invalid('the body must be {"key": text}');
    }
    const { caller } = keys.admit(key.trim());
    const { token, maxAgeS } = sessions.open(caller.name.replace(/^key:/, ""));
    context.header("set-cookie", toCookie(access, token, maxAgeS));
    const { name, scopes } = caller;
    return context.json({ required: doorman.required, caller: name, scopes }, 200, UNSTORED);
  });
  app.delete("/v1/session", (context) => {
    const token = cookieOf(context.req.header("cookie") ?? "", access.cookie());
    if (token !== undefined) {
      sessions.close(token);
    }
    context.header("set-cookie", toCookie(access, "", 0));
    return context.json({ required: doorman.required, caller: null, scopes: [] }, 200, UNSTORED);
  });
}

/** No script can read it, and no page of another site can have it sent. */
function toCookie(access: OpenAccess, token: string, maxAgeS: number): string {
  const secure = access.secure ? "; Secure" : "";
  return `${access.cookie()}=${token}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`;
}

async function read(context: Context, known: readonly string[]): Promise<Body> {
  const body = await readJson(context, BODY_BYTES_MAX);
  const strange = Object.keys(body).find((name) => !known.includes(name));
  if (strange !== undefined) {
    throw invalid(`${strange} is none of ${known.join(", ")}`);
  }
  return body;
}

function toDuration(given: unknown, name: string): number | undefined {
  if (given === undefined || given === null) {
    return undefined;
  }
  const ms = typeof given === "string" ? toMs(given) : undefined;
  if (ms === undefined) {
    throw invalid(`${name} must be a duration such as 90d`);
  }
  return ms;
}

function toLimits(given: unknown): KeyLimits {
  if (given === undefined || given === null) {
    return {};
  }
  const known = ["rate", "burst", "daily"];
  const entries = typeof given === "object" ? Object.entries(given) : [["limits", given] as const];
  const wrong = entries.find(([name, value]) => !known.includes(name) || typeof value !== "number");
  if (wrong !== undefined) {
    throw invalid(`limits are numbers named ${known.join(", ")}`);
  }
  return given; // Its members were proved to be numbers of those names.
}

function invalid(cause: string): Fault {
  return new Fault("REQUEST_INVALID", { cause });
}
