/** Removes objects of loaded cuts once they are older than the stream's lake retention; their manifests stay as proof. */

import type { Clock } from "../../base/clock.ts";
import type { ObjectName } from "../../base/object-name.ts";
import type { Announcements, Manifest } from "../../seams/announce.ts";
import type { ObjectStore } from "../../seams/store.ts";
import type { Shelf } from "./packs/shelf.ts";

export interface RetentionOptions {
  /** What really lies in the lake. */
  readonly store: ObjectStore;
  readonly shelf: Shelf;
  readonly announcements: Announcements;
  readonly clock: Clock;
  /** Told when a mark is on disk and nothing is removed yet, and after each removal; tests kill the process here. */
  readonly onStep?: (step: "marked" | "removing") => void;
}

/** Cuts that are forgotten in one step. */
const CUTS_PER_TURN = 256;
const MARKS = "_forgotten";

interface Mark {
  readonly name: ObjectName;
  readonly from: number;
  readonly to: number;
}

/** The newest cut of a stream whose objects retention has removed, or is removing; 0 when it has removed none. */
export async function forgottenCut(store: ObjectStore, stream: string): Promise<number> {
  return (await newestMark(store, stream))?.to ?? 0;
}

export class Retention {
  readonly #options: RetentionOptions;
  /** Streams whose last mark of an earlier life was carried out again in this one. */
  readonly #settled = new Set<string>();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /**
   * Forgets some more cuts of a stream, none past `loaded`; whether there may be more at once. The mark comes first, so
   * that nobody takes for lost what is removed on purpose; after a crash the newest mark is carried out again.
   */
  async turn(stream: string, loaded: number, retentionMs: number): Promise<boolean> {
    const { store, onStep } = this.#options;
    const mark = await newestMark(store, stream);
    if (mark !== undefined && !this.#settled.has(stream)) {
      await this.#remove(stream, mark);
    }
    this.#settled.add(stream);
    if (retentionMs === 0) {
      return false;
    }
    const from = (mark?.to ?? 0) + 1;
    const to = await this.#lastOld(stream, { from, loaded, retentionMs });
    if (to < from) {
      return false;
    }
    const name = markName(stream, from, to);
    await store.put(name, []);
    onStep?.("marked");
    await this.#remove(stream, { name, from, to });
    if (mark !== undefined) {
      await store.remove(mark.name);
    }
    return to === from + CUTS_PER_TURN - 1;
  }

  async #lastOld(
    stream: string,
    { from, loaded, retentionMs }: { from: number; loaded: number; retentionMs: number },
  ): Promise<number> {
    const { announcements, clock } = this.#options;
    const before = clock.now() - retentionMs;
    let last = from - 1;
    while (last < Math.min(loaded, from + CUTS_PER_TURN - 1)) {
      const manifest = await announcements.read(stream, last + 1);
      if (manifest === undefined || manifest.cutAt >= before) {
        break;
      }
      last += 1;
    }
    return last;
  }

  async #remove(stream: string, { from, to }: Mark): Promise<void> {
    for (let cut = from; cut <= to; cut += 1) {
      const manifest = await this.#options.announcements.read(stream, cut);
      if (manifest !== undefined) {
        await this.#removeParts(manifest, to);
        this.#options.onStep?.("removing");
      }
    }
  }

  async #removeParts({ object, failed }: Manifest, to: number): Promise<void> {
    const { store, shelf } = this.#options;
    for (const part of [object, failed]) {
      const held = part && (await shelf.find(part.name));
      if (part !== undefined) {
        await store.remove(part.name);
      }
      // A pack goes with its last member; its index goes last, since without it nobody would find the pack again.
      if (held !== undefined && held.pack.members.every(({ cut }) => cut <= to)) {
        await store.remove(held.pack.name);
        await store.remove(held.index);
      }
    }
  }
}

async function newestMark(store: ObjectStore, stream: string): Promise<Mark | undefined> {
  let newest: Mark | undefined;
  for await (const { name } of store.list(`${MARKS}/=${stream}/`)) {
    const [from = 0, to = 0] = name
      .slice(name.lastIndexOf("/") + 1)
      .split("-")
      .map(Number);
    newest = newest === undefined || to > newest.to ? { name, from, to } : newest;
  }
  return newest;
}

/** The name alone says it. The = keeps names apart that begin with a dot. */
function markName(stream: string, from: number, to: number): ObjectName {
  const cuts = [from, to].map((cut) => String(cut).padStart(12, "0")).join("-");
  return `${MARKS}/=${stream}/${cuts}` as ObjectName;
}
