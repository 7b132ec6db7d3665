/** Bugs of delivery and of the lake. */

import { dirname } from "node:path";
import type { Announcements } from "../../../src/seams/announce.ts";
import type { PlannedCut } from "../../../src/stages/delivery/journal.ts";
import type { Mutation } from "./mutation.ts";

/** One cut in so many is told of twice. */
const TWICE_EVERY = 3;

export const DELIVERY_MUTATIONS: readonly Mutation[] = [
  {
    name: "checkpoint before store",
    replace: {
      journal: (journal) => ({
        resume: (stream) => journal.resume(stream),
        async plan(cut) {
          await journal.plan(cut);
          journal.markStored(cut);
        },
        markStored: () => undefined,
        [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
      }),
    },
  },
  {
    name: "cut not written before its object",
    replace: {
      journal: (journal) => ({
        resume: (stream) => journal.resume(stream),
        plan: async () => undefined,
        markStored(cut: PlannedCut) {
          void journal.plan(cut);
          journal.markStored(cut);
        },
        [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
      }),
    },
  },
  {
    name: "put that overwrites in place",
    replace: {
      disk: (disk) => ({
        ...disk,
        async link(from, to) {
          const bytes = await disk.readFile(from);
          await disk.remove(to);
          await disk.writeFile(to, bytes === undefined ? [] : [bytes]);
        },
      }),
    },
  },
  {
    name: "announced before the object is stored",
    replace: {
      store: (store, world) => ({
        put: async (name, chunks) => {
          if (name.startsWith("_manifests/")) {
            return await store.put(name, chunks);
          }
          const copies = chunks.map((chunk) => Uint8Array.from(chunk));
          world.schedule.after(50, () => void store.put(name, copies).catch(() => undefined));
          return "stored";
        },
        get: (name) => store.get(name),
        fetch: (name) => store.fetch(name),
        list: (prefix, after) => store.list(prefix, after),
        remove: (name) => store.remove(name),
        [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
      }),
    },
  },
  {
    name: "names are not synced",
    replace: {
      disk: (disk) => ({
        ...disk,
        // Folders are made durably all the same: an empty lake would be noticed at once.
        syncFolder: async (path) => {
          if (path.includes("/lake/") && dirname(path).endsWith("_manifests")) {
            return;
          }
          await disk.syncFolder(path);
        },
      }),
    },
  },
  { name: "duplicate publish", replace: { listener: toldTwice } },
];

/** Announcements in which every few cuts the one before is told once more, under a number of its own. */
function toldTwice(announcements: Announcements): Announcements {
  return {
    publish: (manifest) => announcements.publish(manifest),
    newest: (stream) => announcements.newest(stream),
    read: async (stream, cut) => {
      const manifest = await announcements.read(
        stream,
        Math.max(1, cut - Math.floor(cut / TWICE_EVERY)),
      );
      return manifest && { ...manifest, cut };
    },
  };
}
