/** Every object store against the one suite. */

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ObjectStore } from "../../src/seams/store.ts";
import { openLake } from "../../src/stages/lake/index.ts";
import { STORE_CASES } from "../../src/testing/conformance/store.ts";
import { openMemoryStore } from "../../src/testing/memory/store.ts";

const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((path) => rm(path, { recursive: true, force: true })));
});

async function openFolder(): Promise<ObjectStore> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-store-"));
  folders.push(folder);
  await mkdir(join(folder, "lake"));
  return (await openLake({ folder: join(folder, "lake"), writes: true })).store;
}

const SUBJECTS: Readonly<Record<string, () => Promise<ObjectStore>>> = {
  memory: async () => openMemoryStore(),
  folder: openFolder,
};

describe.each(Object.entries(SUBJECTS))("the %s store", (_name, open) => {
  it.each(STORE_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await using store = await open();
    await expect(run(store)).resolves.toBeUndefined();
  });
});
