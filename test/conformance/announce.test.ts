/** Announcements in memory and over every object store against the one suite. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openLake } from "../../src/stages/lake/index.ts";
import { openAnnouncements } from "../../src/stages/lake/announcements.ts";
import { ANNOUNCE_CASES, type AnnounceSubject } from "../../src/testing/conformance/announce.ts";
import { openMemoryAnnouncements } from "../../src/testing/memory/announce.ts";
import { openMemoryStore } from "../../src/testing/memory/store.ts";

const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((path) => rm(path, { recursive: true, force: true })));
});

function openMemory(): AnnounceSubject {
  const announcements = openMemoryAnnouncements();
  return { announcements, elsewhere: () => announcements };
}

function openOverMemory(): AnnounceSubject {
  const store = openMemoryStore();
  return { announcements: openAnnouncements(store), elsewhere: () => openAnnouncements(store) };
}

async function openFolder(): Promise<AnnounceSubject> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-announce-"));
  folders.push(folder);
  const { store, announcements } = await openLake({ folder, writes: true });
  return { announcements, elsewhere: () => openAnnouncements(store) };
}

const SUBJECTS: Readonly<Record<string, () => AnnounceSubject | Promise<AnnounceSubject>>> = {
  "in memory": openMemory,
  "over a store in memory": openOverMemory,
  "over a folder": openFolder,
};

describe.each(Object.entries(SUBJECTS))("announcements %s", (_name, open) => {
  it.each(ANNOUNCE_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await expect(run(await open())).resolves.toBeUndefined();
  });
});
