/** What goes wrong in a run, and when: chosen by chance before it begins. */

import { LAKE_FOLDER } from "./processes/front.ts";
import type { ProcessName } from "./processes/pipeline.ts";
import type { Pipeline } from "./processes/pipeline.ts";
import type { World } from "./world.ts";

type Trouble = (world: World, pipeline: Pipeline) => Promise<void> | void;

const NAMES: readonly [ProcessName, ...ProcessName[]] = ["front", "delivery", "warehouse"];

/** Each is tried with equal chance. */
const TROUBLES: readonly [Trouble, ...Trouble[]] = [
  (_world, pipeline) => pipeline.cutPower(),
  (_world, pipeline) => pipeline.kill("front"),
  (_world, pipeline) => pipeline.kill("delivery"),
  (_world, pipeline) => pipeline.kill("warehouse"),
  (world, pipeline) => trap(world, "warehouse", () => pipeline.kill("warehouse")),
  (world, pipeline) => trap(world, "warehouse", () => pipeline.kill("warehouse")),
  (world, pipeline) => trap(world, "delivery", () => pipeline.kill("delivery")),
  (world, pipeline) => trap(world, "delivery", () => pipeline.kill("delivery")),
  (world, pipeline) => trap(world, "front", () => pipeline.kill("front")),
  (world, pipeline) => trap(world, world.chance.pick(NAMES), () => pipeline.cutPower()),
  (world, pipeline) => pipeline.stop(world.chance.pick(NAMES)),
  async (world) => {
    world.disk.mood.full = true;
    world.note("the disk is full");
    await world.schedule.wait(world.chance.whole(200, 4000));
    world.disk.mood.full = false;
    world.note("the disk has room");
  },
  async (world) => {
    world.disk.mood.fails = world.chance.pick([0.02, 0.1, 0.5]);
    await world.schedule.wait(world.chance.whole(200, 3000));
    world.disk.mood.fails = 0;
  },
  async (world) => {
    world.disk.mood.away = LAKE_FOLDER;
    world.note("the lake is away");
    await world.schedule.wait(world.chance.whole(500, 6000));
    world.disk.mood.away = undefined;
  },
  async (world) => {
    world.disk.mood.slowness = world.chance.whole(10, 200);
    await world.schedule.wait(world.chance.whole(200, 3000));
    world.disk.mood.slowness = 1;
  },
  (world) => {
    world.disk.mood.stuckUntil = world.schedule.now + world.chance.whole(500, 8000);
  },
  async (world) => {
    world.engine.down = true;
    world.note("the engine is down");
    await world.schedule.wait(world.chance.whole(500, 20_000));
    world.engine.down = false;
  },
  async (world) => {
    world.engine.fails = world.chance.pick([0.1, 0.5]);
    await world.schedule.wait(world.chance.whole(500, 5000));
    world.engine.fails = 0;
  },
  (world) => {
    world.skewMs += world.chance.pick([-3_600_000, -2000, 2000, 3_600_000]);
    world.note(`the clock is set by ${world.skewMs}`);
  },
];

/** Most of the time a process does nothing; here it is caught at work. */
function trap(world: World, process: ProcessName, act: () => void): void {
  world.trap = { process, act, steps: world.chance.whole(1, 15) };
}

/** One after the other, with some side by side, until the time is over. */
export async function makeTrouble(
  world: World,
  pipeline: Pipeline,
  untilMs: number,
): Promise<void> {
  const { schedule } = world;
  const chance = world.chance.branch("troubles");
  const meanMs = chance.pick([120, 300, 800]);
  while (schedule.now < untilMs) {
    await schedule.wait(2 * meanMs * chance.next());
    const trouble = chance.pick(TROUBLES);
    void Promise.resolve(trouble(world, pipeline));
  }
  // What was begun may last on; a calm end needs it over.
  const { mood } = world.disk;
  Object.assign(mood, { full: false, fails: 0, away: undefined, slowness: 1, stuckUntil: 0 });
  world.trap = undefined;
  Object.assign(world.engine, { down: false, fails: 0 });
}
