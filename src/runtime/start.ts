/** Starts a whole pipeline from its definition, and stops it so that everything accepted is on disk and counted. */

import { join } from "node:path";
import { EMBEDDED } from "../base/address.ts";
import type { Hono } from "hono";
import { systemClock } from "../base/clock.ts";
import type { Fault } from "../base/faults.ts";
import { loadPlan } from "../plan/load-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { sampleEvent } from "../base/sample-event.ts";
import type { StreamMeter } from "../seams/meter.ts";
import type { PipelineStatus } from "../seams/status.ts";
import { apiRoutes } from "../api/index.ts";
import { dashboardRoutes } from "../dashboard/index.ts";
import { forgottenCut } from "../stages/lake/index.ts";
import { openGateway, type Gateway } from "../stages/gateway/index.ts";
import { modelStreams } from "../stages/models/index.ts";
import { allVariables } from "./places/environment.ts";
import { openSources, type Sources } from "../stages/sources/index.ts";
import { openBack, type Back, type BackOptions } from "./back.ts";
import { sleep } from "./sleep.ts";
import type { GivenPlaces } from "./places/places.ts";
import { openDataFolder, type DataFolder } from "./data-folder.ts";
import { listLetters } from "./show/dead-letters.ts";
import { keepCompiled } from "./lives/keep-compiled.ts";
import { openRunningFirehose, type RunningFirehose } from "./firehose/open-firehose.ts";
import { openFront, type Front } from "./front.ts";
import { ACCESS } from "./access/table.ts";
import { openAccess, type OpenAccess } from "./access/open-access.ts";
import type { KinesisService } from "../stages/stream/kinesis/index.ts";
import type { WireMeans } from "../wire/answer-call.ts";
import { openWire, type WireSettings } from "./wire/open-wire.ts";
import type { Remote } from "./remote/open-remote.ts";
import { openRemoteOf } from "./remote/remote-of.ts";
import { openGlimpses } from "./show/glimpses.ts";
import { buildJourney, type RunningJourney } from "./build-journey.ts";
import { dataPosition } from "./http/data-position.ts";
import { listenWith } from "./http/listen.ts";
import { buildRoutes } from "./http/routes.ts";
import { StatusBoard } from "./show/status.ts";
import { openUpkeep } from "./upkeep/upkeep.ts";
import { type DiskLook, upkeepChores } from "./upkeep/chores.ts";

export interface StartOptions {
  /** The pipeline's folder or file. */
  readonly pipeline: string;
  readonly data: string;
  readonly port: number;
  readonly host: string;
  /** Whether the pipeline's own sources run. */
  readonly sources: boolean;
  /** Whether the books are closed now and then without being asked for. */
  readonly books?: boolean;
  readonly insecureHost: boolean;
  /** Whether a key is asked for on this machine too. */
  readonly requireKeys?: boolean;
  /** Certificate and key; undefined for plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Sites whose pages may send here. */
  readonly origins?: readonly string[];
  /** Where the secrets are that the definition names. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly aws: WireSettings;
  /** Where lake and stream are, where the command line says so. */
  readonly places?: GivenPlaces;
  /** A process that read the same streams and whose data folder is lost: what it had claimed is taken over. */
  readonly takeOver?: string | undefined;
  /** Takes one line about what is happening. */
  readonly log: (line: string) => void;
}

export interface Started {
  readonly url: string;
  /** A command that posts one valid event. */
  readonly exampleCurl: string;
  status(): PipelineStatus;
  /** Reads certificate and key again. */
  reloadTls(): void;
  /** Settles when the pipeline has stopped. */
  readonly closed: Promise<void>;
  /** Takes no more events, moves what was accepted as far as it can in a few seconds, and stops. */
  stop(): Promise<void>;
}

const STOP_DRAIN_MS = 10_000;
const STOP_TROUBLED_MS = 1500;

/**
 * Everything runs when this resolves.
 * Throws what a definition can get wrong, DATA_LOCKED, DATA_FOREIGN, ADDRESS_INVALID, ADDRESS_CHANGED, HOST_REFUSED,
 * PORT_TAKEN, STREAM_CORRUPT, LAKE_UNREACHABLE, LAKE_TAKEN, and what `openRemote` does.
 */
export async function startPipeline(options: StartOptions): Promise<Started> {
  const plan = await loadPlan(options.pipeline);
  keepCompiled();
  await using opening = new AsyncDisposableStack();
  const folder = opening.use(openDataFolder(options.data, plan.name, options.places));
  const { paths } = folder;
  const access = opening.use(openAccess(plan, paths, options));
  const shutOut = Promise.withResolvers<Fault>();
  const onFenced = shutOut.resolve;
  const remote = await openRemoteOf({ plan, folder, options, onFenced }, opening);
  const front = opening.use(await openFront({ plan, paths, clock: systemClock, remote }));
  const back = opening.use(
    await openBack({ plan, paths, front, claim: claimOf(folder), log: options.log }),
  );
  if (remote !== undefined) {
    opening.use(remote.start(front));
  }
  const { lake, firehose: place } = paths;
  const firehose = opening.use(
    openRunningFirehose({ plan, front, lake, folder: place, log: options.log }),
  );
  const house = { plan, folder, front, back, firehose, access, remote };
  const parts = await openDoors(options, house, opening);
  folder.announce(parts.gateway.url, plan.file);
  folder.forgetBefore();
  const open = opening.move();
  const closed = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopAll().then(closed.resolve, closed.reject));
  let fenced: Fault | undefined;
  void shutOut.promise.then((fault) => {
    fenced = fault;
    return stop();
  });
  return {
    url: parts.gateway.url,
    exampleCurl: exampleCurl(plan, parts.gateway.url, access.doorman.required),
    status: () => parts.board.read(),
    reloadTls: () => parts.gateway.reloadTls(),
    closed: closed.promise,
    stop,
  };

  async function stopAll(): Promise<void> {
    await parts.sources.stop();
    await parts.gateway.stop();
    // Another has what this one had claimed: what this one still delivers would be there twice.
    if (fenced === undefined) {
      await drainParts(parts, options.log);
    }
    await open.disposeAsync();
    if (fenced !== undefined) {
      throw fenced;
    }
  }
}

async function drainParts({ board, journey }: Doors, log: StartOptions["log"]): Promise<void> {
  // A model in trouble would keep the drain waiting for ever: the rows are safe, it runs at the next start.
  const troubled = board.read().models.some(({ trouble }) => trouble !== undefined);
  const { drained, stuck } = await journey.drain(troubled ? STOP_TROUBLED_MS : STOP_DRAIN_MS);
  if (!drained) {
    log(`stopping with events on their way; they go on at the next start: ${stuck.join("; ")}`);
  }
}

/** The embedded lake is locked with its data folder; a remote one knows its owner by name. */
function claimOf({ id, paths, places }: DataFolder): BackOptions["claim"] {
  const owner = { id, path: paths.root };
  return places.lake === EMBEDDED ? undefined : { owner, address: places.lake };
}

interface House {
  readonly plan: Plan;
  readonly folder: DataFolder;
  readonly front: Front;
  readonly back: Back;
  readonly firehose: RunningFirehose;
  readonly access: OpenAccess;
  readonly remote: Remote | undefined;
}

interface Doors {
  readonly gateway: Gateway;
  readonly sources: Sources;
  readonly journey: RunningJourney;
  readonly board: StatusBoard;
}

/** What people and programs see: sources, status, routes, the gateway itself. */
async function openDoors(
  options: StartOptions,
  house: House,
  opening: AsyncDisposableStack,
): Promise<Doors> {
  const { plan, folder, front, back, access, firehose } = house;
  let sources: Sources | undefined;
  let kinesis: KinesisService | undefined;
  let gateway: Gateway | undefined;
  const disk: DiskLook = { root: folder.paths.root, last: undefined };
  const journey = buildJourney({ ...house, status: () => board.read() });
  const board = new StatusBoard({
    plan,
    clock: systemClock,
    url: () => gateway?.url ?? "",
    data: folder.paths.root,
    places: folder.places,
    parts: {
      gateway: () => gateway?.meter() ?? NO_REQUESTS,
      dedupe: (name) => front.windows.meter(name),
      stream: (name) => meterStream(name, house),
      delivery: (name) => back.delivery.meter(name),
      warehouse: (name) => back.warehouse.meter(name),
      models: () => back.warehouse.models(),
      sources: () => sources?.status() ?? [],
      wireStreams: () => [...(kinesis?.meters() ?? []), ...firehose.meters()],
      house: () => back.warehouse.state(),
      books: () => journey.lastClosing(),
      disk: () => disk.last,
      keeper: () => back.warehouse.keeper(),
    },
  });
  const glimpses = opening.use(openGlimpses(plan, journey));
  const pages = dashboardRoutes({
    plan,
    query: journey.query,
    webFolder: join(import.meta.dirname, "../../dist/web"),
    status: () => board.read(),
    newestDeadLetters: () => listLetters(journey.query, { limit: 20 }),
    tail: (max) => glimpses.take(max),
  });
  const { paths } = folder;
  const { host, aws: settings } = options;
  const { keys } = access;
  const wire = opening.use(await openWire({ plan, paths, front, firehose, host, settings, keys }));
  ({ kinesis } = wire);
  gateway = await openPort(
    options,
    { ...house, wire: wire.means },
    buildRoutes(journey, access, [...pages, ...openReads(journey, house)]),
  );
  opening.use(gateway);
  const { books = true } = options;
  const upkeep = { ...house, kinesis, journey, board, disk, books };
  opening.use(openUpkeep(upkeepChores(upkeep), options.log));
  // Last of all: a source begins to send at once.
  sources = opening.use(openOwnSources(options, house));
  return { gateway, sources, journey, board };
}

function openReads(
  journey: RunningJourney,
  { access, back, folder }: House,
): ReturnType<typeof apiRoutes> {
  const { plan, query, announcements } = journey;
  const { doorman } = access;
  const { warehouse: objects, lake } = back;
  return apiRoutes({
    plan,
    query,
    position: () => dataPosition(journey.status()),
    models: () => modelStreams(plan),
    alone: folder.paths.house === undefined,
    lake: { announcements, objects, forgotten: (stream) => forgottenCut(lake.inner, stream) },
    version: journey.status().version,
    url: () => journey.status().url,
    open: (route) => !doorman.required || ACCESS[route]?.kind === "anyone",
  });
}

async function openPort(
  options: StartOptions,
  parts: { readonly front: Front; readonly access: OpenAccess; readonly wire: WireMeans },
  app: Hono,
): Promise<Gateway> {
  const { front, access, wire } = parts;
  const { host, port, insecureHost, origins, log } = options;
  const gateway = await openGateway({
    host,
    port,
    insecureHost,
    origins,
    ingest: front.ingest,
    streams: front.doors,
    rest: listenWith(app, access.answers),
    doorman: access.doorman,
    webhooks: access.webhooks,
    tls: options.tls && { ...options.tls, log },
    wire,
    newId: front.newId,
  });
  access.listensOn(gateway.port, options.tls !== undefined);
  return gateway;
}

function openOwnSources({ sources }: StartOptions, { plan, folder, front }: House): Sources {
  return openSources({
    definitions: plan.sources,
    ingest: front.ingest,
    path: folder.paths.sources,
    run: sources,
    clock: systemClock,
    random: Math.random,
    sleep,
    newId: front.newId,
    env: allVariables(),
  });
}

function meterStream(name: string, { front, remote }: House): StreamMeter {
  const meter = front.log(name).meter();
  const trouble = meter.trouble ?? remote?.trouble(name) ?? front.gates.trouble(name);
  return { ...meter, trouble };
}

const NO_REQUESTS = {
  requests: 0,
  accepted: 0,
  duplicates: 0,
  rejected: 0,
  refusedBusy: 0,
  bytes: 0,
  inFlightBytes: 0,
};

function exampleCurl(plan: Plan, url: string, keyed: boolean): string {
  const stream = plan.streams[0];
  const event = JSON.stringify(sampleEvent(stream?.schema ?? {}));
  const key = keyed ? ' -H "x-api-key: $MILLRACE_KEY"' : "";
  const quoted = event.replaceAll("'", "'\\''");
  return `curl ${url}/v1/streams/${stream?.name}/events -H 'content-type: application/json'${key} -d '${quoted}'`;
}
