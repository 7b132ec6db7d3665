/** Serves the read APIs and nothing else, over tables that others fill: what the container of a managed form runs. */

import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import type { Hono } from "hono";
import { apiRoutes } from "../../api/index.ts";
import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import type { Plan } from "../../plan/plan.ts";
import { type CountedIngest, openGateway } from "../../stages/gateway/index.ts";
import { forgottenCut, openLake } from "../../stages/lake/index.ts";
import { modelStreams } from "../../stages/models/index.ts";
import type { Warehouse } from "../../stages/warehouse/index.ts";
import { openAccess } from "../access/open-access.ts";
import { ACCESS } from "../access/table.ts";
import { type DataPaths, openDataFolder } from "../data-folder.ts";
import { listenWith } from "../http/listen.ts";
import { addMore, guardedApp } from "../http/routes.ts";
import type { StartOptions } from "../start.ts";
import { openHouse } from "../warehouse/open-house.ts";
import { openObjects } from "../warehouse/objects.ts";

export type ReadingOptions = Pick<
  StartOptions,
  | "pipeline"
  | "data"
  | "host"
  | "port"
  | "insecureHost"
  | "requireKeys"
  | "origins"
  | "env"
  | "places"
> & { readonly version: string };

export interface Reading {
  readonly url: string;
  stop(): Promise<void>;
}

/** What pages and ETags hold for: nobody tells this process when the tables change. */
const POSITION_MS = 10_000;
const READY_MS = 5000;

/**
 * Throws what `startPipeline` throws of definition, addresses, folder, host and port, WAREHOUSE_LOGIN, and
 * NOTHING_TO_READ.
 */
export async function startReading(options: ReadingOptions): Promise<Reading> {
  const plan = await loadPlan(options.pipeline);
  await using opening = new AsyncDisposableStack();
  const { paths } = opening.use(openDataFolder(options.data, plan.name, options.places));
  takeKeys(paths, options.env?.["MILLRACE_KEYS"]);
  const access = opening.use(openAccess(plan, paths, options));
  if (paths.house === undefined && !existsSync(paths.warehouse)) {
    throw new Fault("NOTHING_TO_READ", { path: paths.root });
  }
  const house = opening.use(await openHouse(paths));
  const lake = opening.use(await openLake({ place: paths.lake, writes: false }));
  const objects = opening.use(openObjects({ plan, lake, place: paths.lake, warehouse: house }));
  const { host, port, insecureHost, origins } = options;
  const told = { url: "" };
  const routes = apiRoutes({
    plan,
    query: house.query,
    position: () => `${plan.hash} ${Math.floor(systemClock.now() / POSITION_MS)}`,
    models: () => modelStreams(plan),
    alone: false,
    lake: {
      announcements: lake.announcements,
      objects,
      forgotten: (stream) => forgottenCut(lake.inner, stream),
    },
    version: options.version,
    url: () => told.url,
    open: (route) => !access.doorman.required || ACCESS[route]?.kind === "anyone",
  });
  const app = guardedApp(routes);
  addHealth(app, house);
  addMore(app, routes);
  const gateway = opening.use(
    await openGateway({
      host,
      port,
      insecureHost,
      origins,
      ingest: NOTHING_IN,
      streams: streamsOf(plan),
      rest: listenWith(app, access.answers),
      doorman: access.doorman,
      newId: randomUUID,
    }),
  );
  told.url = gateway.url;
  access.listensOn(gateway.port, false);
  const open = opening.move();
  return {
    url: gateway.url,
    stop: async () => {
      await gateway.stop();
      await open.disposeAsync();
    },
  };
}

/**
 * A container has no folder that a person has made keys in: they come as the text of a keys.json, in which each secret
 * is a hash. What the environment says counts, so that a new text takes the place of an old one.
 */
function takeKeys({ keys }: DataPaths, text: string | undefined): void {
  if (text !== undefined && text !== "") {
    writeFileSync(keys, text, { mode: 0o600 });
    chmodSync(keys, 0o600);
  }
}

function streamsOf({ streams }: Plan): readonly string[] {
  return streams.map(({ name }) => name);
}

const refuse = (): never => {
  throw new Fault("READ_ONLY");
};

/** Whoever sends events here is told so, and not that there is no such stream. */
const NOTHING_IN: CountedIngest = {
  accept: async () => refuse(),
  put: async () => refuse(),
  counts: () => ({ accepted: 0, duplicates: 0, rejected: 0, bytes: 0 }),
};

function addHealth(app: Hono, { query }: Pick<Warehouse, "query">): void {
  app.get("/healthz", (context) => context.json({ ok: true }));
  let known: { readonly at: number; readonly ready: Promise<boolean> } | undefined;
  app.get("/readyz", async (context) => {
    const at = systemClock.now();
    if (known === undefined || at - known.at > READY_MS) {
      known = { at, ready: answers(query) };
    }
    const ready = await known.ready;
    return context.json({ ready }, ready ? 200 : 503);
  });
}

async function answers(query: Warehouse["query"]): Promise<boolean> {
  try {
    await query.run("SELECT 1", { timeoutMs: READY_MS });
    return true;
  } catch {
    return false;
  }
}
