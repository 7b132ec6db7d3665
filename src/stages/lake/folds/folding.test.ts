/** Manifests are folded when they are loaded and old, and say the same; what is damaged, large or missing is left alone. */

import { beforeEach, expect, it } from "vitest";
import { gunzipSync, gzipSync } from "node:zlib";
import type { ObjectName } from "../../../base/object-name.ts";
import type { ObjectStore } from "../../../seams/store.ts";
import { openMemoryStore } from "../../../testing/memory/store.ts";
import { openAnnouncements } from "../announcements.ts";
import { manifestName, manifestText } from "../manifest.ts";
import { type FoldLimits, foldName, FOLDS } from "./fold.ts";
import { Folding } from "./folding.ts";
import { announce, countIn, manifestOf, SMALL, STREAM, wrongFrom } from "./manifests.fixture.ts";

const CUTS = 90;
const FIRST = foldName({ stream: STREAM, from: 1, to: SMALL.run });

let store: ObjectStore;

beforeEach(async () => {
  store = openMemoryStore();
  await announce(openAnnouncements(store, SMALL), 1, CUTS);
});

async function fold(loaded = CUTS, limits: FoldLimits = SMALL): Promise<void> {
  const folding = new Folding({ store, limits });
  while (await folding.turn(STREAM, loaded)) {
    // There is another run at once.
  }
}

/** Puts something else in the place of an object. */
async function replace(name: ObjectName, bytes: Buffer): Promise<void> {
  await store.remove(name);
  await store.put(name, [bytes]);
}

it("keeps what was announced, in one object a run", async () => {
  await fold();
  expect(await countIn(store)).toEqual({ singles: 10, folds: 4 });
  expect(await wrongFrom(openAnnouncements(store, SMALL), CUTS)).toEqual([]);
  expect(await openAnnouncements(store, SMALL).newest(STREAM)).toBe(CUTS);
  expect(await openAnnouncements(store, SMALL).read(STREAM, CUTS + 1)).toBeUndefined();
});

it("holds the very bytes of the manifests, for whoever unpacks it", async () => {
  await fold();
  const [, ...lines] = gunzipSync((await store.get(FIRST)) ?? "")
    .toString()
    .split(/(?<=\n)/);
  expect(lines).toEqual(
    Array.from({ length: 20 }, (_none, at) => manifestText(manifestOf(at + 1))),
  );
});

it.each([
  [64, { singles: 50, folds: 2 }],
  [65, { singles: 30, folds: 3 }],
])("leaves what is not loaded, or among the newest: of %i loaded", async (loaded, left) => {
  await fold(loaded);
  expect(await countIn(store)).toEqual(left);
});

it("goes on in the next life where it was", async () => {
  await fold(50);
  await announce(openAnnouncements(store, SMALL), CUTS + 1, CUTS + 40);
  await fold(CUTS + 40);
  expect(await countIn(store)).toEqual({ singles: 10, folds: 6 });
  expect(await wrongFrom(openAnnouncements(store, SMALL), CUTS + 40)).toEqual([]);
});

it("keeps streams apart", async () => {
  const announcements = openAnnouncements(store, SMALL);
  for (let cut = 1; cut <= 30; cut += 1) {
    await announcements.publish(manifestOf(cut, ".hidden"));
  }
  const folding = new Folding({ store, limits: SMALL });
  await folding.turn(".hidden", 30);
  await folding.turn(STREAM, CUTS);
  expect((await announcements.read(".hidden", 3))?.stream).toBe(".hidden");
  expect((await announcements.read(STREAM, 3))?.stream).toBe(STREAM);
});

it("reads cuts in a row with one look a fold, and holds the last few in memory", async () => {
  await announce(openAnnouncements(store, SMALL), CUTS + 1, CUTS + 40);
  await fold(CUTS + 40);
  let looks = 0;
  const counted = { ...over(store), get: (name: ObjectName) => ((looks += 1), store.get(name)) };
  const announcements = openAnnouncements(counted, SMALL);
  expect(await wrongFrom(announcements, 120)).toEqual([]);
  // Of each of the six runs the first is looked for by itself, then in its fold.
  expect(looks).toBe(12);
  await announcements.read(STREAM, 60);
  expect(looks).toBe(12);
  await announcements.read(STREAM, 40);
  expect(looks).toBe(14);
});

it("takes a folded manifest again, and refuses another of its number", async () => {
  await fold();
  const announcements = openAnnouncements(store, SMALL);
  await announcements.publish(manifestOf(3));
  await expect(announcements.publish({ ...manifestOf(3), records: 9 })).rejects.toMatchObject({
    code: "OBJECT_DAMAGED",
  });
  expect(await countIn(store)).toEqual({ singles: 10, folds: 4 });
});

it.each([
  ["missing", (name: ObjectName) => store.remove(name)],
  ["damaged", (name: ObjectName) => replace(name, Buffer.from("{}\n"))],
  ["of another cut", (name: ObjectName) => replace(name, Buffer.from(manifestText(manifestOf(8))))],
  ["large", (name: ObjectName) => replace(name, Buffer.alloc(4_194_304, 32))],
])("leaves a run alone in which a manifest is %s", async (_what, harm) => {
  await harm(manifestName(STREAM, 27));
  await fold();
  await fold();
  const gone = (await store.get(manifestName(STREAM, 27))) === undefined ? 1 : 0;
  expect(await countIn(store)).toEqual({ singles: 30 - gone, folds: 4 });
  const announcements = openAnnouncements(store, SMALL);
  expect(await announcements.read(STREAM, 26)).toEqual(manifestOf(26));
  await replace(manifestName(STREAM, 27), Buffer.from(manifestText(manifestOf(27))));
  expect(await wrongFrom(announcements, CUTS)).toEqual([]);
});

it("removes nothing that a fold which is there already tells otherwise", async () => {
  const other = openMemoryStore();
  const announcements = openAnnouncements(other, SMALL);
  for (let cut = 1; cut <= 30; cut += 1) {
    await announcements.publish({ ...manifestOf(cut), records: cut === 7 ? 1 : 1000 });
  }
  await new Folding({ store: other, limits: SMALL }).turn(STREAM, 30);
  await store.put(FIRST, [(await other.get(FIRST)) ?? Buffer.of()]);
  await expect(fold()).rejects.toMatchObject({ code: "OBJECT_DAMAGED", facts: { name: FIRST } });
  expect(await countIn(store)).toEqual({ singles: CUTS, folds: 1 });
});

const HARMS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  empty: () => Buffer.of(),
  "cut off": (bytes) => bytes.subarray(0, bytes.length / 2),
  garbage: () => Buffer.from("neither this nor that"),
  "without its last cut": (bytes) => edit(bytes, (text) => text.replace(/[^\n]*\n$/, "")),
  "edited by hand": (bytes) => edit(bytes, (text) => text.replace('"records":1000', '"records":9')),
  "another stream's": (bytes) => edit(bytes, (text) => text.replace(STREAM, "others")),
  "too large": () => gzipSync(Buffer.alloc(64 * 1024 * 1024)),
};

function edit(bytes: Buffer, change: (text: string) => string): Buffer {
  return gzipSync(change(gunzipSync(bytes).toString()));
}

it.each(Object.keys(HARMS))("names a fold that is %s", async (harm) => {
  await fold();
  await replace(FIRST, HARMS[harm]?.((await store.get(FIRST)) ?? Buffer.of()) ?? Buffer.of());
  const damaged = { code: "OBJECT_DAMAGED", facts: { name: FIRST } };
  await expect(openAnnouncements(store, SMALL).read(STREAM, 3)).rejects.toMatchObject(damaged);
  // Others are read, and what is new is announced.
  expect(await openAnnouncements(store, SMALL).read(STREAM, 23)).toEqual(manifestOf(23));
  expect(await openAnnouncements(store, SMALL).newest(STREAM)).toBe(CUTS);
  await openAnnouncements(store, SMALL).publish(manifestOf(CUTS + 1));
});

function toLater(text: string): string {
  return text.replace('"version":1', '"version":2');
}

it("does not read what a later version folded", async () => {
  await fold();
  await replace(FIRST, edit((await store.get(FIRST)) ?? Buffer.of(), toLater));
  await expect(openAnnouncements(store, SMALL).read(STREAM, 3)).rejects.toMatchObject({
    code: "DATA_NEWER",
  });
});

it("takes some hundred bytes a cut, as lakes are folded", async () => {
  const last = FOLDS.run + FOLDS.kept;
  await announce(openAnnouncements(store), CUTS + 1, last);
  await fold(last, FOLDS);
  expect(await countIn(store)).toEqual({ singles: FOLDS.kept, folds: 1 });
  const bytes = await store.get(foldName({ stream: STREAM, from: 1, to: FOLDS.run }));
  expect((bytes?.length ?? 0) / FOLDS.run).toBeLessThan(150);
  expect(await wrongFrom(openAnnouncements(store), last)).toEqual([]);
});

function over(inner: ObjectStore): ObjectStore {
  return {
    put: (name, chunks) => inner.put(name, chunks),
    get: (name) => inner.get(name),
    fetch: (name) => inner.fetch(name),
    list: (prefix, after) => inner.list(prefix, after),
    remove: (name) => inner.remove(name),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}
