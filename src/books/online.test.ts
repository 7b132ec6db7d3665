/** Closing again and again: what is closed is not read again, but for a little, and what goes wrong later is found. */

import { expect, onTestFinished, test } from "vitest";
import type { VerifyOptions } from "./books.ts";
import { openWorld, run, type World } from "./world.fixture.ts";

const ONLINE: VerifyOptions = { deep: false, online: true };
const CUTS = 40;

async function grownWorld(): Promise<World> {
  const world = await openWorld(onTestFinished);
  for (let cut = 0; cut < CUTS; cut += 1) {
    await grow(world, cut);
  }
  return world;
}

async function grow(world: World, cut: number): Promise<void> {
  await world.load(await world.deliver({ ranges: [run(0, 10 * cut + 1, 10 * cut + 10)] }));
}

test("a closing reads what came since, counts the rest, and says the same as a whole one", async () => {
  const world = await grownWorld();
  expect((await world.verify(ONLINE)).state).toBe("BALANCED");
  const first = world.looked;
  expect(first).toBeGreaterThanOrEqual(CUTS);
  await grow(world, CUTS);
  const online = await world.verify(ONLINE);
  // The new cut, and eight of the old ones.
  expect(world.looked - first).toBe(9);
  const whole = await world.verify({ deep: false });
  const told = (one: typeof whole): unknown =>
    one.findings.map(({ account, expected, found }) => [account, expected, found]);
  expect(told(online)).toEqual(told(whole));
  expect(online.state).toBe("BALANCED");
});

test.each([
  ["deleted", "DELETE FROM raw_prices WHERE _sequence = 155", "SHORT"],
  ["doubled", "INSERT INTO raw_prices SELECT * FROM raw_prices WHERE _sequence = 155", "OVER"],
])(
  "a row of a closed window that is %s is found at the next closing, and named",
  async (_what, edit, state) => {
    const world = await grownWorld();
    await world.verify(ONLINE);
    await world.sql(edit);
    for (const _turn of [1, 2]) {
      const found = await world.verify(ONLINE);
      expect(found.state).toBe(state);
      expect(found.findings.flatMap(({ ids }) => ids)).toEqual(["prices.0.155"]);
    }
  },
);

test("what the counts do not tell is found when its turn comes", async () => {
  const world = await grownWorld();
  await world.verify(ONLINE);
  await world.sql("UPDATE raw_prices SET _sequence = 999 WHERE _sequence = 155");
  const states: string[] = [];
  while (states.at(-1) !== "SHORT" && states.length < CUTS) {
    states.push((await world.verify(ONLINE)).state);
  }
  expect(states.at(-1)).toBe("SHORT");
  expect(states.length).toBeLessThanOrEqual(Math.ceil(CUTS / 8) + 1);
});

test("an object that is removed from a closed window is found when its turn comes", async () => {
  const world = await grownWorld();
  await world.verify(ONLINE);
  const manifest = await world.announcements.read("prices", 20);
  await world.store.remove(manifest?.object?.name as never);
  const states: string[] = [];
  while (states.at(-1) !== "SHORT" && states.length < CUTS) {
    states.push((await world.verify(ONLINE)).state);
  }
  expect(states.at(-1)).toBe("SHORT");
});

test("what is on its way stays on its way, and is closed once it is loaded", async () => {
  const world = await grownWorld();
  await world.verify(ONLINE);
  const late = await world.deliver({ ranges: [run(0, 401, 410)] });
  expect((await world.verify(ONLINE)).findings[2]?.says).toContain("10 on the way");
  await world.load(late);
  const { state, findings } = await world.verify(ONLINE);
  expect([state, findings[2]?.expected]).toEqual(["BALANCED", 410]);
});
