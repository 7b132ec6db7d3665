/** One run from one seed: ingest and trouble, then calm, then the reckoning. */

import { toInstant } from "../base/clock.ts";
import { causeOf } from "../base/faults.ts";
import type { StreamName } from "../base/record.ts";
import type { Plan } from "../plan/plan.ts";
import type { Position } from "../seams/consume.ts";
import { sampleEvent } from "../base/sample-event.ts";
import { openLake } from "../stages/lake/index.ts";
import { openChance } from "../testing/simulated/chance.ts";
import { Life } from "../testing/simulated/schedule.ts";
import type { BooksDesk } from "./check/books.ts";
import { gather } from "./check/ground.ts";
import { judge } from "./check/judge.ts";
import { runClient } from "./clients/client.ts";
import { Sent } from "./clients/sent.ts";
import { LAKE } from "./processes/front.ts";
import { Pipeline } from "./processes/pipeline.ts";
import { tighten } from "./tighten.ts";
import { makeTrouble } from "./troubles.ts";
import { AS_THEY_ARE, type Replacements, World } from "./world.ts";

export interface RunOptions {
  readonly plan: Plan;
  readonly seed: number;
  readonly desk: BooksDesk;
  /** Simulated hours of ingest under trouble; seven seconds when left out. */
  readonly hours?: number | undefined;
  readonly replace?: Partial<Replacements>;
}

export interface RunResult {
  readonly seed: number;
  /** What was broken; none when every promise was kept. */
  readonly wrong: readonly string[];
  /** Of every step in its order: equal for equal runs. */
  readonly hash: string;
  readonly last: readonly string[];
  readonly accepted: number;
  readonly rejected: number;
  readonly lives: number;
  readonly steps: number;
  readonly simulatedMs: number;
}

const INGEST_MS = 7000;
const SETTLE_MS = 240_000;
const TRIM_MS = 1000;
/** Reading everything again is dear: the books of one seed in so many are closed that way. */
const DEEP_EVERY = 4;
/** A run that takes more steps than this, for each simulated second of ingest, goes round in circles. */
const STEPS_PER_SECOND_MAX = 4000;
const OPEN_FILES_PER_STREAM_MAX = 8;

export async function runSeed(options: RunOptions): Promise<RunResult> {
  const { plan: given, seed, hours } = options;
  const chance = openChance(`plan ${seed}`);
  const plan = tighten(given, chance);
  const segmentBytes = segmentBytesFor(plan, chance.whole(1, 3));
  const replace = { ...AS_THEY_ARE, ...options.replace };
  const world = new World({ plan, seed: String(seed), replace, segmentBytes });
  const pipeline = new Pipeline(world);
  const sent = new Sent();
  const ingestMs = hours === undefined ? INGEST_MS : hours * 3_600_000;
  const deep = seed % DEEP_EVERY === 0;
  const story: Story = { world, pipeline, sent, ingestMs, desk: options.desk, deep };
  const found = await play(world, tell(story), ingestMs);
  // Time stands still from here on: nothing the reckoning does is part of the run.
  const wrong = found.length > 0 ? found : await reckon(story);
  pipeline.kill("front");
  pipeline.kill("warehouse");
  return {
    seed,
    wrong,
    hash: world.trace.hash,
    last: world.trace.last,
    accepted: sent.accepted.length,
    rejected: sent.rejected.length,
    lives: pipeline.lives,
    steps: world.schedule.steps,
    simulatedMs: Math.round(world.schedule.now),
  };
}

/** Lets time pass until the story is over; resolves to what is wrong by then. */
async function play(
  world: World,
  story: Promise<readonly string[]>,
  ingestMs: number,
): Promise<readonly string[]> {
  const end: { wrong?: readonly string[] } = {};
  void story.then(
    (found) => (end.wrong = found),
    (thrown: unknown) => (end.wrong = [`the run itself failed: ${causeOf(thrown)}`]),
  );
  const stepsMax = STEPS_PER_SECOND_MAX * Math.max(60, ingestMs / 1000);
  while (end.wrong === undefined) {
    if (!(await world.schedule.step()) && end.wrong === undefined) {
      return ["nothing is due any more, and the run is not over"];
    }
    if (world.schedule.steps > stepsMax) {
      world.raise(`it goes round in circles: ${stepsMax} steps`);
    }
  }
  return end.wrong;
}

/** Room for a few dozen of the widest stream's records. */
function segmentBytesFor(plan: Plan, times: number): number {
  const widest = plan.streams.map(({ schema }) => JSON.stringify(sampleEvent(schema)).length);
  const needed = 24 * Math.max(...widest) * times;
  return Math.max(8192 * times, 4096 * Math.ceil(needed / 4096));
}

interface Story {
  readonly world: World;
  readonly pipeline: Pipeline;
  readonly sent: Sent;
  readonly ingestMs: number;
  readonly desk: BooksDesk;
  readonly deep: boolean;
}

async function tell(story: Story): Promise<readonly string[]> {
  const { world, pipeline, sent, ingestMs } = story;
  const chance = world.chance.branch("story");
  const thinkMs = chance.pick([60, 300, 600, 1500]);
  const count = chance.whole(1, 3);
  const means = { world, pipeline, sent, until: ingestMs, thinkMs };
  const clients = Array.from({ length: count }, (_none, client) => runClient({ ...means, client }));
  const ended = new AbortController();
  void trimNowAndThen(story, ended.signal);
  const done = Promise.all([...clients, makeTrouble(world, pipeline, ingestMs)]);
  const stuck = world.schedule.wait(ingestMs + SETTLE_MS).then(() => "stuck" as const);
  if ((await Promise.race([done, alarmed(world), stuck])) === "stuck") {
    return [`clients got no answer for ${SETTLE_MS} ms of calm`, ...troubles(story)];
  }
  const settled = await Promise.race([settle(story), alarmed(world)]);
  ended.abort();
  if (world.alarm !== undefined) {
    return [world.alarm];
  }
  if (settled !== true) {
    return [`not all of it arrived within ${SETTLE_MS} ms of calm`, ...troubles(story)];
  }
  return [];
}

/** Resolves when something was seen that must never happen. */
function alarmed(world: World): Promise<void> {
  return new Promise((resolve) => {
    world.schedule.when(() => world.alarm !== undefined, resolve);
  });
}

/** Flushes and waits until all that was accepted is loaded and modelled; false when patience ends. */
async function settle({ world, pipeline }: Story): Promise<boolean> {
  const { schedule } = world;
  const until = schedule.now + SETTLE_MS;
  world.note("calm");
  while (schedule.now < until) {
    const { front, delivery, warehouse } = pipeline;
    if (front !== undefined && delivery !== undefined && warehouse !== undefined) {
      const flushed = Promise.all([...delivery.streams.values()].map((each) => each.flush()));
      await Promise.race([flushed, schedule.wait(1000)]);
      if (arrived({ world, pipeline })) {
        return true;
      }
    }
    await schedule.wait(300);
  }
  return false;
}

function arrived({ world, pipeline }: Pick<Story, "world" | "pipeline">): boolean {
  const { front, warehouse } = pipeline;
  return world.plan.streams.every(({ name }) => {
    const log = front?.log(name).meter();
    const newest = Math.max(
      0,
      ...pipeline.house.ledger
        .filter(({ manifest, rows }) => manifest.stream === name && rows > 0)
        .map(({ load }) => load),
    );
    const modelled = pipeline.house.models.get(name)?.position ?? newest;
    const whole = (warehouse?.house.totals(name).records ?? -1) >= (log?.records ?? 0);
    return log?.trouble === undefined && whole && modelled >= newest;
  });
}

/** What the stages say keeps them. */
function troubles({ world, pipeline }: Story): string[] {
  return world.plan.streams.flatMap(({ name }) => {
    const log = pipeline.front?.log(name).meter();
    const delivery = pipeline.delivery?.streams.get(name)?.meter();
    const loader = pipeline.warehouse?.loader.meter(name);
    const all = { log, delivery, loader };
    return Object.entries(all).flatMap(([stage, meter]) =>
      meter?.trouble === undefined ? [] : [`${stage} of ${name}: ${meter.trouble.message}`],
    );
  });
}

async function trimNowAndThen({ world, pipeline }: Story, signal: AbortSignal): Promise<void> {
  const { schedule, plan, clock, replace } = world;
  while (!signal.aborted) {
    await schedule.wait(TRIM_MS);
    for (const { name, retention } of plan.streams) {
      const { front, delivery } = pipeline;
      if (front === undefined) {
        break;
      }
      const said = delivery?.streams.get(name)?.delivered();
      const delivered = await replace.delivered(said, () => newestOf(pipeline, name));
      if (delivered !== undefined && front === pipeline.front) {
        const before = toInstant(clock.now() - retention);
        const trimmed = front.log(name).trim({ before, delivered });
        await Promise.race([trimmed, pipeline.frontOver]).catch((thrown: unknown) =>
          world.tell(`trim ${name}`, thrown),
        );
      }
    }
  }
}

async function newestOf(pipeline: Pipeline, stream: StreamName): Promise<Position | undefined> {
  const opened = pipeline.front?.reader(stream);
  const reader = await Promise.race([opened, pipeline.frontOver]).catch(() => undefined);
  const newest = await reader?.newest();
  await reader?.[Symbol.asyncDispose]();
  return newest;
}

/** Everything is still: what is there is compared with what clients were told, and the books are closed. */
async function reckon({ world, pipeline, sent, desk, deep }: Story): Promise<readonly string[]> {
  const { plan, clock, disk } = world;
  disk.calm = true;
  const calm = disk.of(new Life("checker"));
  const ground = await gather(plan.streams, pipeline, calm);
  const wrong = [...judge(sent, ground)];
  const openMost = OPEN_FILES_PER_STREAM_MAX * plan.streams.length;
  if (disk.openMost > openMost) {
    wrong.push(`${disk.openMost} files were open at a time, ${openMost} would do`);
  }
  const { front } = pipeline;
  if (front !== undefined) {
    const lake = await openLake({ place: LAKE, writes: false, disk: calm });
    wrong.push(...(await desk.close({ plan, file: pipeline.house, front, lake, clock, deep })));
  }
  return wrong;
}
