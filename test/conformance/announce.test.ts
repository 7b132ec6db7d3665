/** Announcements in memory and over every object store against the one suite. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { folderPlace, openLake } from "../../src/stages/lake/index.ts";
import { openAnnouncements } from "../../src/stages/lake/announcements.ts";
import { Folding } from "../../src/stages/lake/folds/folding.ts";
import type { ObjectStore } from "../../src/seams/store.ts";
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

/** So small that the suite's few cuts are all folded. */
const LIMITS = { run: 1, kept: 0 };

/** What each publishing leaves is folded at once. */
function foldedOver(store: ObjectStore): AnnounceSubject {
  const inner = openAnnouncements(store, LIMITS);
  return {
    announcements: {
      async publish(manifest) {
        await inner.publish(manifest);
        const folding = new Folding({ store, limits: LIMITS });
        while (await folding.turn(manifest.stream, await inner.newest(manifest.stream))) {
          // There is another run at once.
        }
      },
      read: (stream, cut) => inner.read(stream, cut),
      newest: (stream) => inner.newest(stream),
    },
    elsewhere: () => openAnnouncements(store, LIMITS),
  };
}

async function storeIn(kind: "folder" | "s3"): Promise<ObjectStore> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-announce-"));
  folders.push(folder);
  const place =
    kind === "folder"
      ? folderPlace(folder)
      : remotePlace(server.url, `${folder.slice(-6)}/`, folder);
  return (await openLake({ place, writes: true })).inner;
}

const SUBJECTS: Readonly<Record<string, () => AnnounceSubject | Promise<AnnounceSubject>>> = {
  "in memory": openMemory,
  "over a store in memory": openOverMemory,
  "over a folder": openFolder,
  "over s3": openS3,
  "folded, over a store in memory": () => foldedOver(openMemoryStore()),
  "folded, over a folder": async () => foldedOver(await storeIn("folder")),
  "folded, over s3": async () => foldedOver(await storeIn("s3")),
};

describe.each(Object.entries(SUBJECTS))("announcements %s", (_name, open) => {
  it.each(ANNOUNCE_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await expect(run(await open())).resolves.toBeUndefined();
  });
});
