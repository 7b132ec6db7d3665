/** The warehouse process of a simulated pipeline: the real loader and announcements over a modelled engine. */

import { isEngineStream } from "../../base/record.ts";
import { openLake } from "../../stages/lake/index.ts";
import { type Loader, startLoader } from "../../stages/warehouse/index.ts";
import type { Life } from "../../testing/simulated/schedule.ts";
import { House, type HouseFile } from "../warehouse/house.ts";
import { runModel } from "../warehouse/models.ts";
import type { World } from "../world.ts";
import { LAKE } from "./front.ts";

export interface WarehouseProcess extends AsyncDisposable {
  readonly loader: Loader;
  readonly house: House;
}

const POLL_MS = 1000;
const RETRY = { first: 100, max: 5000 };
const LOOK_MS = 500;

export async function openWarehouseProcess(
  world: World,
  life: Life,
  file: HouseFile,
): Promise<WarehouseProcess> {
  const { plan, clock, schedule, replace } = world;
  const disk = replace.disk(world.disk.of(life), world, life);
  const timers = schedule.timersOf(life);
  const lake = await openLake({ place: LAKE, writes: false, disk });
  const house = new House(file, { world, life, disk });
  const models = openModels(world, life, house);
  const loader = startLoader({
    plan,
    warehouse: house,
    store: lake.store,
    announcements: replace.listener(lake.announcements),
    clock,
    timers,
    pollMs: POLL_MS,
    retryMs: RETRY,
    onChange: () => models.wake(),
  });
  const look = (): void => {
    for (const { name } of plan.streams) {
      const { trouble } = loader.meter(name);
      if (trouble !== undefined) {
        world.tellTrouble(`loader ${name}`, trouble);
      }
    }
    timers.after(LOOK_MS, look);
  };
  timers.after(LOOK_MS, look);
  models.wake();
  return {
    loader,
    house,
    async [Symbol.asyncDispose]() {
      await loader[Symbol.asyncDispose]();
      await models.rest();
      await lake[Symbol.asyncDispose]();
    },
  };
}

/** One run at a time, in turn; woken by each load. */
function openModels(
  world: World,
  life: Life,
  house: House,
): { wake(): void; rest(): Promise<void> } {
  const users = world.plan.streams.filter(({ name }) => !isEngineStream(name));
  let running = Promise.resolve();
  const runAfter = async (before: Promise<void>): Promise<void> => {
    await before;
    for (const { name } of users) {
      await runModel(world, house, name);
    }
  };
  return {
    wake: () => {
      running = runAfter(running);
      running.catch((thrown: unknown) => world.tell(`${life.name}: models`, thrown));
    },
    rest: () => running,
  };
}
