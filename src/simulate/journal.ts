/** The cut journal with its SQLite file on a modelled disk: a power cut takes what no commit has synced. */

import { DatabaseSync } from "node:sqlite";
import { assert } from "../base/assert.ts";
import { type CutJournal, toCutJournal } from "../stages/delivery/index.ts";
import type { PlannedCut } from "../stages/delivery/journal.ts";
import { SystemError } from "../testing/simulated/platter.ts";
import type { Life } from "../testing/simulated/schedule.ts";
import type { World } from "./world.ts";

interface Entry {
  readonly kind: "plan" | "mark";
  readonly cut: PlannedCut;
}

const FLUSH_MS = 20;

/** Takes its time and may fail; a process that ends meanwhile never hears of it. */
async function flush(world: World, life: Life): Promise<void> {
  const { fails, slowness } = world.disk.mood;
  const ms = FLUSH_MS * slowness * world.chance.next() ** 2;
  const timers = world.schedule.timersOf(life);
  await new Promise<void>((resolve) => void timers.after(ms, resolve));
  if (world.chance.happens(fails)) {
    throw new SystemError("EIO", "i/o error, fdatasync");
  }
}

/** The file: its transactions in order, and how many of them are surely on disk. */
export class JournalFile {
  #entries: Entry[] = [];
  #synced = 0;

  /** The journal as a process opens it: the real one, over a database made of what the file holds. */
  open(world: World, life: Life): CutJournal {
    const journal = toCutJournal(new DatabaseSync(":memory:"));
    this.#entries.forEach(({ kind, cut }) =>
      kind === "plan" ? void journal.plan(cut) : journal.markStored(cut),
    );
    const { full, fails } = world.disk.mood;
    const write = (entry: Entry, act: () => void): void => {
      assert(life.alive, "a process that has ended writes nothing");
      if (world.disk.mood.full || world.chance.happens(world.disk.mood.fails)) {
        throw new SystemError("SQLITE_FULL", "database or disk is full");
      }
      act();
      this.#entries.push(entry);
      world.note(
        `${life.name}: ${entry.kind} ${entry.cut.manifest.stream} ${entry.cut.manifest.cut}`,
      );
    };
    world.note(`${life.name}: journal opens ${this.#entries.length} ${String(full)} ${fails}`);
    return {
      resume: async (stream) => {
        const resumed = await journal.resume(stream);
        const written = this.#entries.length;
        if (resumed.planned.length > 0) {
          await flush(world, life);
          this.#synced = Math.max(this.#synced, written);
        }
        return resumed;
      },
      plan: async (cut) => {
        write({ kind: "plan", cut }, () => void journal.plan(cut));
        const written = this.#entries.length;
        await flush(world, life);
        // A flush brings all before it to the disk too.
        this.#synced = Math.max(this.#synced, written);
      },
      markStored: (cut) => write({ kind: "mark", cut }, () => journal.markStored(cut)),
      [Symbol.asyncDispose]: () => journal[Symbol.asyncDispose](),
    };
  }

  /** Transactions are kept in order, at least those that were synced. */
  cutPower(world: World): void {
    const kept = world.chance.whole(this.#synced, this.#entries.length);
    this.#entries = this.#entries.slice(0, kept);
    this.#synced = kept;
  }
}
