/** The machine's disk and the simulated one against the one suite. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { nodeDisk } from "../../src/base/node-disk.ts";
import { DISK_CASES, type DiskSubject } from "../../src/testing/conformance/disk.ts";
import { openChance } from "../../src/testing/simulated/chance.ts";
import { SimulatedDisk } from "../../src/testing/simulated/disk.ts";
import { Life, Schedule } from "../../src/testing/simulated/schedule.ts";

const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((path) => rm(path, { recursive: true, force: true })));
});

async function openNode(): Promise<DiskSubject> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-disk-"));
  folders.push(folder);
  return { disk: nodeDisk, folder };
}

async function openSimulated(): Promise<DiskSubject> {
  const chance = openChance("conformance");
  const simulated = new SimulatedDisk({
    schedule: new Schedule(chance),
    chance,
    note: () => undefined,
  });
  simulated.calm = true;
  const disk = simulated.of(new Life("test"));
  await disk.makeFolder("/data");
  return { disk, folder: "/data" };
}

const SUBJECTS = { node: openNode, simulated: openSimulated };

describe.each(Object.entries(SUBJECTS))("the %s disk", (_name, open) => {
  it.each(DISK_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await expect(run(await open())).resolves.toBeUndefined();
  });
});
