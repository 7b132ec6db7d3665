/** Every route but the hot one: what each path answers, over the running journey. */

import { Hono, type Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { Fault, toFault } from "../../base/faults.ts";
import type { RowFormat } from "../../seams/query.ts";
import { addLetterRoutes } from "../letters/routes.ts";
import { listLetters, showLetter } from "../show/dead-letters.ts";
import type { Journey } from "../journey.ts";
import { toKeyMetrics, toMetrics } from "../show/metrics.ts";
import { guardRoutes } from "../access/guard.ts";
import type { OpenAccess } from "../access/open-access.ts";
import { addKeyRoutes, addSessionRoutes } from "../access/routes.ts";
import type { Access } from "../access/table.ts";
import { readJson } from "./read-json.ts";
import { tailStream } from "../show/tail.ts";
import { whereIs } from "../where/where.ts";

/** A route that another part brings along, such as the dashboard's. */
export interface Route {
  readonly method: "GET";
  readonly path: string;
  /** What it takes to use it, for a path that the definition makes; all others have their row in the table. */
  readonly access?: Access;
  readonly handle: (request: Request) => Response | Promise<Response>;
}

const DRAIN_MS_MAX = 3_600_000;
const QUERY_MS = 300_000;
const CONTENT_TYPES: Readonly<Record<RowFormat, string>> = {
  csv: "text/csv; charset=utf-8",
  json: "application/json",
  ndjson: "application/x-ndjson",
};

/** The app; no route of it answers whom the table of access does not let in. */
export function buildRoutes(journey: Journey, access: OpenAccess, more: readonly Route[]): Hono {
  const app = guardedApp(more);
  addKeyRoutes(app, access, journey);
  addSessionRoutes(app, access);
  addHealth(app, journey, access);
  addLooks(app, journey);
  addWork(app, journey);
  addLetterRoutes(app, journey.letters);
  addMore(app, more);
  return app;
}

/** An app without routes: a fault is an answer, and so is whom the table does not let in. `more` are routes to come. */
export function guardedApp(more: readonly Route[]): Hono {
  const app = new Hono();
  app.onError((thrown, context) => answerFault(context, thrown));
  app.notFound((context) => {
    const facts = { method: context.req.method, path: context.req.path };
    return answerFault(context, new Fault("ROUTE_UNKNOWN", facts));
  });
  app.use("*", guardRoutes(rowsOf(more)));
  return app;
}

export function addMore(app: Hono, more: readonly Route[]): void {
  for (const { path, handle } of more) {
    app.get(path, (context) => handle(context.req.raw));
  }
}

function rowsOf(more: readonly Route[]): ReadonlyMap<string, Access> {
  return new Map(
    more.flatMap(({ method, path, access }) =>
      access === undefined ? [] : [[`${method} ${path}`, access] as const],
    ),
  );
}

/** Troubles in which a stream's door takes nothing in. */
const SHUT: ReadonlySet<string> = new Set(["BACKLOG_FULL", "DISK_LOW"]);

function addHealth(app: Hono, journey: Journey, { keys }: OpenAccess): void {
  app.get("/healthz", (context) => context.json({ ok: true }));
  app.get("/readyz", (context) => {
    const { warehouse, streams } = journey.status();
    const shut = streams.flatMap(({ name, stream: { trouble } }) =>
      trouble !== undefined && SHUT.has(trouble.code)
        ? [{ stream: name, code: trouble.code, message: trouble.message }]
        : [],
    );
    const ready = warehouse.up && shut.length === 0;
    return context.json({ ready, ...(shut.length > 0 && { shut }) }, ready ? 200 : 503);
  });
  app.get("/metrics", (context) =>
    context.text(`${toMetrics(journey.status())}${toKeyMetrics(keys.list())}`, 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    }),
  );
  app.get("/v1/status", (context) => context.json(journey.status()));
}

function addLooks(app: Hono, journey: Journey): void {
  app.get("/v1/streams/:stream", (context) => {
    const name = context.req.param("stream");
    const stream = journey.plan.streams.find((one) => one.name === name);
    if (stream === undefined) {
      throw unknownStream(journey, name);
    }
    const { schema, schemaVersion, shards, table, drift, fields } = stream;
    return context.json({
      stream: name,
      schema,
      schema_version: schemaVersion,
      shards,
      table,
      drift,
      fields,
    });
  });
  app.get("/v1/events/:id", async (context) =>
    context.json(await whereIs(journey, context.req.param("id"))),
  );
  app.get("/v1/tail/:stream", (context) => {
    const name = context.req.param("stream");
    if (!journey.plan.streams.some((one) => one.name === name)) {
      throw unknownStream(journey, name);
    }
    const { signal } = context.req.raw;
    return new Response(toBytes(tailStream(journey, name, signal)), {
      headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
    });
  });
  app.get("/v1/dead-letters", async (context) => {
    const limit = Number(context.req.query("limit") ?? 50);
    if (!Number.isInteger(limit) || limit < 1) {
      throw new Fault("REQUEST_INVALID", { cause: "limit must be a whole number from 1" });
    }
    const stream = context.req.query("stream");
    const all = context.req.query("all") === "true";
    return context.json(await listLetters(journey.query, { stream, limit, all }));
  });
  app.get("/v1/dead-letters/:id", async (context) =>
    context.json(await showLetter(journey.query, context.req.param("id"))),
  );
}

function addWork(app: Hono, journey: Journey): void {
  app.post("/v1/query", async (context) => {
    const body = await readJson(context);
    const { sql, format = "json" } = body;
    if (typeof sql !== "string" || !isRowFormat(format)) {
      const cause = 'the body must be {"sql": text, "format": "json" | "csv" | "ndjson"}';
      throw new Fault("REQUEST_INVALID", { cause });
    }
    const { signal } = context.req.raw;
    const chunks = journey.query.stream(sql, format, { timeoutMs: QUERY_MS, signal });
    return new Response(toBytes(await begun(chunks)), {
      headers: { "content-type": CONTENT_TYPES[format] },
    });
  });
  app.post("/v1/drain", async (context) => {
    const { timeout_ms: timeoutMs = 60_000 } = await readJson(context);
    if (typeof timeoutMs !== "number" || !(timeoutMs >= 0 && timeoutMs <= DRAIN_MS_MAX)) {
      throw new Fault("REQUEST_INVALID", { cause: `timeout_ms must be from 0 to ${DRAIN_MS_MAX}` });
    }
    const answer = await journey.drain(timeoutMs);
    return context.json(answer, answer.drained ? 200 : 504);
  });
  app.post("/v1/verify", async (context) => {
    const { deep = false } = await readJson(context);
    return context.json(await journey.verify(deep === true));
  });
}

/** The first chunk is awaited, so that a query that fails is a fault and not a broken stream. */
async function begun(chunks: AsyncIterable<string>): Promise<AsyncGenerator<string>> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  return (async function* rest(): AsyncGenerator<string> {
    try {
      for (let next = first; next.done !== true; next = await iterator.next()) {
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  })();
}

function toBytes(chunks: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) {
        controller.close();
      } else {
        controller.enqueue(encoder.encode(next.value));
      }
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}

function isRowFormat(value: unknown): value is RowFormat {
  return typeof value === "string" && value in CONTENT_TYPES;
}

function unknownStream(journey: Journey, stream: string): Fault {
  const known = journey.plan.streams.map(({ name }) => name).join(", ");
  return new Fault("STREAM_UNKNOWN", { stream, known });
}

function answerFault(context: Context, thrown: unknown): Response {
  const fault = toFault(thrown, "INTERNAL");
  if (fault.row.status === 401) {
    context.header("www-authenticate", 'Bearer realm="millrace"');
  }
  const waits = fault.row.status === 429 || fault.row.status === 503;
  const retryAfterS = fault.facts["retryAfterS"] ?? (waits ? 1 : undefined);
  if (retryAfterS !== undefined) {
    context.header("retry-after", String(retryAfterS));
  }
  return context.json(fault.toBody(), fault.row.status as ContentfulStatusCode);
}
