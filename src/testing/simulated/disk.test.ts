/** The simulated disk loses what a real one may lose, and nothing else; the same seed loses the same. */

import { expect, test } from "vitest";
import type { Disk } from "../../base/disk.ts";
import { openChance } from "./chance.ts";
import { SimulatedDisk } from "./disk.ts";
import { Life, Schedule } from "./schedule.ts";

interface Bench {
  readonly simulated: SimulatedDisk;
  readonly disk: Disk;
  readonly life: Life;
  /** Lets time pass until `work` is done, or until nothing is due any more. */
  readonly done: <T>(work: Promise<T>) => Promise<T | undefined>;
  /** Lets so many things happen. */
  readonly steps: (count: number) => Promise<void>;
}

function openBench(seed: string, lies = false): Bench {
  const chance = openChance(seed);
  const schedule = new Schedule(chance.branch("order"));
  const simulated = new SimulatedDisk({ schedule, chance, note: () => undefined });
  const life = new Life("one");
  const steps = async (count: number): Promise<void> => {
    for (let step = 0; step < count; step += 1) {
      await schedule.step();
    }
  };
  return {
    simulated,
    disk: simulated.of(life, lies),
    life,
    steps,
    done: async (work) => {
      const end = { over: false };
      const over = work.finally(() => (end.over = true));
      over.catch(() => undefined);
      while (!end.over && (await schedule.step())) {
        // Time passes.
      }
      return end.over ? await work : undefined;
    },
  };
}

const SEEDS = Array.from({ length: 60 }, (_none, seed) => `seed ${seed}`);
const BYTES = Buffer.from("x".repeat(3000));

async function readAfterCut(
  { simulated, disk, done }: Bench,
  path: string,
): Promise<Buffer | undefined> {
  simulated.cutPower();
  return await done(disk.readFile(path));
}

async function writeSynced({ disk, done }: Bench): Promise<void> {
  await done(disk.makeFolder("/data"));
  const file = await done(disk.open("/data/file", "create"));
  await done(file?.write(BYTES, { from: 0, to: BYTES.length }, 0) ?? Promise.resolve());
  await done(disk.syncFolder("/data"));
}

test("what was synced is there after a power cut, in every seed", async () => {
  for (const seed of SEEDS) {
    const bench = openBench(seed);
    await writeSynced(bench);
    expect((await readAfterCut(bench, "/data/file"))?.equals(BYTES)).toBe(true);
  }
});

test("what was not synced may be gone, whole or in sectors, and so may its name", async () => {
  const sizes = new Set<number | undefined>();
  const kept = new Set<boolean>();
  for (const seed of SEEDS) {
    const bench = openBench(seed, true);
    await writeSynced(bench);
    const found = await readAfterCut(bench, "/data/file");
    sizes.add(found?.length);
    kept.add(found?.equals(BYTES) === true);
    const other = openBench(seed);
    await other.done(other.disk.makeFolder("/data"));
    await other.done(other.disk.writeFile("/data/name", [BYTES]));
    const named = await readAfterCut(other, "/data/name");
    sizes.add(named === undefined ? undefined : -named.length);
  }
  expect(kept).toEqual(new Set([true, false]));
  expect(sizes.has(0)).toBe(true);
  expect(sizes.has(undefined)).toBe(true);
  expect(sizes.has(-BYTES.length)).toBe(true);
  expect(sizes.size).toBeGreaterThan(4);
});

test("a killed process gets no answer any more; what it had begun may be there in part", async () => {
  const sizes = new Set<number | undefined>();
  for (const seed of SEEDS) {
    const { simulated, disk, life, done, steps } = openBench(seed);
    await done(disk.makeFolder("/data"));
    const file = await done(disk.open("/data/file", "create"));
    const write = file?.write(BYTES, { from: 0, to: BYTES.length }, 0);
    life.end();
    simulated.kill(life);
    await steps(50);
    expect(await done(write ?? Promise.resolve())).toBeUndefined();
    const survivor = simulated.of(new Life("two"));
    sizes.add((await done(survivor.readFile("/data/file")))?.length);
  }
  expect(sizes.has(0)).toBe(true);
  expect(sizes.has(BYTES.length)).toBe(true);
  expect(sizes.size).toBeGreaterThan(4);
});

test("what a failed write left is read back, and no later sync brings it to the disk", async () => {
  const read = new Set<boolean>();
  const kept = new Set<boolean>();
  for (const seed of SEEDS) {
    const bench = openBench(seed);
    await writeSynced(bench);
    const { simulated, disk, done } = bench;
    const file = await done(disk.open("/data/file", "write"));
    const fresh = Buffer.from("y".repeat(BYTES.length));
    simulated.mood.fails = 1;
    const write = file?.write(fresh, { from: 0, to: fresh.length }, 0) ?? Promise.resolve();
    await expect(done(write)).rejects.toMatchObject({ code: "EIO" });
    simulated.mood.fails = 0;
    await done(file?.sync() ?? Promise.resolve());
    read.add((await done(disk.readFile("/data/file")))?.equals(fresh) === true);
    kept.add((await readAfterCut(bench, "/data/file"))?.equals(fresh) === true);
  }
  expect(read).toEqual(new Set([true, false]));
  // The sync found nothing to write.
  expect(kept).toEqual(new Set([false]));
});

test("a full disk takes what needs no room, and a failing one says EIO", async () => {
  const bench = openBench("moods");
  await writeSynced(bench);
  const { simulated, disk, done } = bench;
  simulated.mood.full = true;
  await expect(done(disk.writeFile("/data/more", [BYTES]))).rejects.toMatchObject({
    code: "ENOSPC",
  });
  const file = await done(disk.open("/data/file", "write"));
  await done(file?.write(BYTES, { from: 0, to: 10 }, 5) ?? Promise.resolve());
  const grows = file?.write(BYTES, { from: 0, to: 10 }, BYTES.length - 5) ?? Promise.resolve();
  await expect(done(grows)).rejects.toMatchObject({ code: "ENOSPC" });
  simulated.mood.full = false;
  simulated.mood.fails = 1;
  await expect(done(disk.readFile("/data/file"))).rejects.toMatchObject({ code: "EIO" });
});
