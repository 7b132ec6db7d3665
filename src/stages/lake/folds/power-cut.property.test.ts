/** Folding through any order of kills, power cuts and failing disks: every manifest is there, and in the end folded. */

import * as fc from "fast-check";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { assert } from "../../../base/assert.ts";
import { openChance } from "../../../testing/simulated/chance.ts";
import { SimulatedDisk } from "../../../testing/simulated/disk.ts";
import { Life, Schedule } from "../../../testing/simulated/schedule.ts";
import { openAnnouncements } from "../announcements.ts";
import { openFolderStore } from "../folder/store.ts";
import { Folding } from "./folding.ts";
import { announce, countIn, STREAM, wrongFrom } from "./manifests.fixture.ts";

const RUNS = 60;
const FOLDER = "/data/lake";
const LIMITS = { run: 6, kept: 2 };
const CUTS = 20;
const STEPS_MAX = 20_000;

interface End {
  readonly how: "kill" | "power";
  /** After so many steps of the disk. */
  readonly steps: number;
  readonly fails: boolean;
}

const end: fc.Arbitrary<End> = fc.record({
  how: fc.constantFrom("kill", "power"),
  steps: fc.nat({ max: 120 }),
  fails: fc.boolean(),
});

class Bench {
  readonly #schedule: Schedule;
  readonly #disk: SimulatedDisk;

  constructor(seed: number) {
    const chance = openChance(`folds ${seed}`);
    this.#schedule = new Schedule(chance.branch("order"));
    const world = { schedule: this.#schedule, chance: chance.branch("disk"), note: () => {} };
    this.#disk = new SimulatedDisk(world);
  }

  async fill(): Promise<void> {
    await this.#calmly(async (store) => await announce(openAnnouncements(store, LIMITS), 1, CUTS));
  }

  async live({ how, steps, fails }: End): Promise<void> {
    const life = new Life("keeper");
    this.#disk.mood.fails = fails ? 0.05 : 0;
    this.#keep(life).catch(() => {
      // The next life tries it again.
    });
    for (let step = 0; step < steps; step += 1) {
      await this.#step();
    }
    life.end();
    this.#disk.kill(life);
    if (how === "power") {
      this.#disk.cutPower();
    }
  }

  /** A life that nothing befalls. */
  async liveWell(): Promise<void> {
    this.#disk.mood.fails = 0;
    const ended = { over: false };
    const kept = this.#keep(new Life("keeper")).finally(() => (ended.over = true));
    for (let step = 0; !ended.over && step < STEPS_MAX; step += 1) {
      await this.#step();
    }
    assert(ended.over, "what a living process asks for is answered");
    await kept;
  }

  async look(): Promise<{ wrong: readonly number[]; newest: number; singles: number }> {
    return await this.#calmly(async (store) => {
      const announcements = openAnnouncements(store, LIMITS);
      const wrong = await wrongFrom(announcements, CUTS);
      const { singles } = await countIn(store);
      return { wrong, newest: await announcements.newest(STREAM), singles };
    });
  }

  async #step(): Promise<void> {
    await this.#schedule.step();
    await turn();
  }

  async #keep(life: Life): Promise<void> {
    const disk = this.#disk.of(life);
    const store = await openFolderStore({ folder: FOLDER, writes: true, disk });
    const folding = new Folding({ store, limits: LIMITS });
    while (await folding.turn(STREAM, CUTS)) {
      // There is another run at once.
    }
  }

  async #calmly<T>(
    work: (store: Awaited<ReturnType<typeof openFolderStore>>) => Promise<T>,
  ): Promise<T> {
    this.#disk.calm = true;
    const disk = this.#disk.of(new Life("onlooker"));
    const done = await work(await openFolderStore({ folder: FOLDER, writes: true, disk }));
    this.#disk.calm = false;
    return done;
  }
}

test("no manifest is lost or changed, and the next life ends the work", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(end, { maxLength: 5 }), fc.nat(), async (ends, seed) => {
      const bench = new Bench(seed);
      await bench.fill();
      for (const one of ends) {
        await bench.live(one);
        expect(await bench.look()).toMatchObject({ wrong: [], newest: CUTS });
      }
      await bench.liveWell();
      expect(await bench.look()).toMatchObject({ wrong: [], newest: CUTS });
    }),
    { numRuns: RUNS },
  );
});

test("a fold that a killed life had named is on disk before a manifest in it goes", async () => {
  const wrong: string[] = [];
  for (let at = 10; at < 60; at += 1) {
    for (const steps of [30, 50]) {
      const bench = new Bench(at);
      await bench.fill();
      await bench.live({ how: "kill", steps: at, fails: false });
      await bench.live({ how: "power", steps, fails: false });
      wrong.push(...(await bench.look()).wrong.map((cut) => `${cut} after ${at} and ${steps}`));
    }
  }
  expect(wrong).toEqual([]);
});
