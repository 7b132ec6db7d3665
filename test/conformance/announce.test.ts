/** Announcements in memory and over every object store against the one suite. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { folderPlace, openLake } from "../../src/stages/lake/index.ts";
import { openAnnouncements } from "../../src/stages/lake/announcements.ts";
import { ANNOUNCE_CASES, type AnnounceSubject } from "../../src/testing/conformance/announce.ts";
import { openMemoryAnnouncements } from "../../src/testing/memory/announce.ts";
import { openMemoryStore } from "../../src/testing/memory/store.ts";
import { remotePlace } from "../s3/place.ts";
import { type S3Server, startS3Server } from "../s3/server.ts";

const folders: string[] = [];
let server: S3Server;

beforeAll(async () => {
  server = await startS3Server();
});

afterAll(() => server[Symbol.asyncDispose]());

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
  const { store, announcements } = await openLake({ place: folderPlace(folder), writes: true });
  return { announcements, elsewhere: () => openAnnouncements(store) };
}

async function openS3(): Promise<AnnounceSubject> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-announce-"));
  folders.push(folder);
  const place = remotePlace(server.url, `${folder.slice(-6)}/`, folder);
  const { store, announcements } = await openLake({ place, writes: true });
  return { announcements, elsewhere: () => openAnnouncements(store) };
}

const SUBJECTS: Readonly<Record<string, () => AnnounceSubject | Promise<AnnounceSubject>>> = {
  "in memory": openMemory,
  "over a store in memory": openOverMemory,
  "over a folder": openFolder,
  "over s3": openS3,
};

describe.each(Object.entries(SUBJECTS))("announcements %s", (_name, open) => {
  it.each(ANNOUNCE_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await expect(run(await open())).resolves.toBeUndefined();
  });
});
