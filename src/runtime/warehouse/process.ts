/** The warehouse's own process: loads what the lake announces, runs the models, answers queries. */

import { toFault } from "../../base/faults.ts";
import { systemClock } from "../../base/clock.ts";
import { openLake } from "../../stages/lake/index.ts";
import type { WarehouseMeter } from "../../seams/meter.ts";
import { type ModelRunner, startModels } from "../../stages/models/index.ts";
import { type Loader, startLoader } from "../../stages/warehouse/index.ts";
import { keepCompiled } from "../lives/keep-compiled.ts";
import { loadSamePlan } from "../lives/same-plan.ts";
import { sleep } from "../sleep.ts";
import type { FromWarehouse, ToWarehouse, WarehouseAssignment } from "./messages.ts";
import { openAudit } from "./audit.ts";
import { openObjects } from "./objects.ts";
import { openHouse } from "./open-house.ts";
import { startKeeper } from "./keeper.ts";
import { QueryDesk } from "./query-desk.ts";

const PROGRESS_MS = 200;
const POLL_MS = 1000;
/** Under load the models run this often: a wide model then takes in thousands of rows at once. */
const MODELS_PAUSE_MS = 300;
const RETRY_MS = { first: 500, max: 30_000 } as const;
const DRAIN_LOOK_MS = 20;
const FIRST_MODELS_MS = 1000;
const EXIT_BROKEN = 70;

const assignment = JSON.parse(process.argv[2] ?? "{}") as WarehouseAssignment;

// Without its parent the process ends at once, also in the middle of a query: what is not committed is done again.
const orphaned = (): void => void process.kill(process.pid, "SIGKILL");
process.on("disconnect", orphaned);
// A terminal sends its interrupt to both processes; the parent alone decides when to stop.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});

try {
  await run();
} catch (thrown) {
  const fault = toFault(thrown, "WAREHOUSE_DOWN");
  await sayLast({ kind: "refused", code: fault.code, facts: fault.facts });
}
process.off("disconnect", orphaned);
process.disconnect?.();

async function run(): Promise<void> {
  await using opening = new AsyncDisposableStack();
  const plan = await loadSamePlan(assignment, "WAREHOUSE_DOWN");
  keepCompiled();
  const lake = opening.use(await openLake({ place: assignment.lake, writes: false }));
  const warehouse = opening.use(await openHouse({ house: undefined, ...assignment }));
  await warehouse.ensure(plan);
  const tell = (): void =>
    say({
      kind: "progress",
      streams: plan.streams.map(({ name }) => ({ stream: name, ...loader.meter(name) })),
      models: models.meters(),
      keeper: keeper.meter(),
    });
  const models = startModels({
    plan,
    execute: opening.use(await warehouse.execute()),
    clock: systemClock,
    pauseMs: MODELS_PAUSE_MS,
    pollMs: POLL_MS,
    retryMs: RETRY_MS,
    onChange: () => tell(),
  });
  opening.use(models);
  const loader = startLoader({
    plan,
    warehouse,
    store: lake.store,
    announcements: lake.announcements,
    clock: systemClock,
    pollMs: POLL_MS,
    retryMs: RETRY_MS,
    deadly: assignment.deadly,
    onLoading: (cut) => say({ kind: "loading", cut }),
    onChange: () => {
      models.wake();
      tell();
      endIfBroken(plan.streams.map(({ name }) => loader.meter(name)));
    },
  });
  opening.use(loader);
  const keeper = opening.use(
    startKeeper({ plan, lake, warehouse, packs: assignment.house === undefined }),
  );
  const timer = setInterval(tell, PROGRESS_MS);
  const objects = opening.use(openObjects({ plan, lake, place: assignment.lake, warehouse }));
  const audit = openAudit({ plan, lake, warehouse });
  const desk = new QueryDesk({ query: warehouse.query, objects, audit }, say);
  const stopped = listen({ desk, loader, models });
  // The models' tables are there before the first question, unless there is much to catch up on.
  await settled(models, performance.now() + FIRST_MODELS_MS);
  tell();
  say({ kind: "ready" });
  await stopped;
  clearInterval(timer);
  await opening.disposeAsync();
}

/** An engine that broke inside answers nothing any more: only the process's next life does. */
function endIfBroken(meters: readonly WarehouseMeter[]): void {
  const broken = meters.find(({ trouble }) => trouble?.code === "WAREHOUSE_DOWN");
  if (broken?.trouble !== undefined) {
    process.stderr.write(`${broken.trouble.message}\n`);
    process.exit(EXIT_BROKEN);
  }
}

interface Parts {
  readonly desk: QueryDesk;
  readonly loader: Loader;
  readonly models: ModelRunner;
}

function listen({ desk, loader, models }: Parts): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  process.on("message", (message: ToWarehouse) => {
    switch (message.kind) {
      case "run":
        desk.run(message);
        break;
      case "stream":
        desk.stream(message);
        break;
      case "audit":
        desk.audit(message);
        break;
      case "credit":
        desk.credit(message.id, message.chunks);
        break;
      case "cancel":
        desk.cancel(message.id);
        break;
      case "wake":
        loader.wake(message.stream, message.cut);
        break;
      case "drain":
        void drain(message, loader, models);
        break;
      case "stop":
        stopped.resolve();
        break;
    }
  });
  return stopped.promise;
}

/**
 * Answers once all that was announced at the call is loaded and modelled, or when the time is over. What comes meanwhile is
 * not waited for: where events never cease, there need not be a moment at which nothing is on its way.
 */
async function drain(
  { id, timeoutMs }: Extract<ToWarehouse, { kind: "drain" }>,
  loader: Loader,
  models: ModelRunner,
): Promise<void> {
  const until = performance.now() + timeoutMs;
  let cuts: ReadonlyMap<string, number> | undefined;
  let drained = false;
  while (!drained && performance.now() < until) {
    try {
      cuts ??= await loader.newest();
      drained = loader.hasPassed(cuts) && (await settled(models, until));
    } catch {
      // A lake that cannot be read now may be there before the time is over.
    }
    if (!drained) {
      await sleep(DRAIN_LOOK_MS);
    }
  }
  say({ kind: "drained", id, drained });
}

async function settled(models: ModelRunner, until: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), Math.max(0, until - performance.now()));
  const done = await Promise.race([models.settle(), late.promise]);
  clearTimeout(timer);
  return done;
}

function say(message: FromWarehouse): void {
  if (process.connected) {
    // A parent that has just died is no error of ours; the disconnect follows.
    process.send?.(message, undefined, undefined, () => {});
  }
}

/** Resolves once the parent has it, or can never have it. */
function sayLast(message: FromWarehouse): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || process.send === undefined) {
      resolve();
      return;
    }
    process.send(message, undefined, undefined, () => resolve());
  });
}
