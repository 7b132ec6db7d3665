/** Everything of one simulated run that is neither the pipeline's code nor its clients: time, chance, disk, and what is done to them. */

import { type Clock, toInstant } from "../base/clock.ts";
import type { Disk } from "../base/disk.ts";
import { causeOf, Fault } from "../base/faults.ts";
import { AssertionFault } from "../base/assert.ts";
import type { Plan } from "../plan/plan.ts";
import type { Position } from "../seams/consume.ts";
import type { Announcements } from "../seams/announce.ts";
import type { ObjectStore } from "../seams/store.ts";
import type { CutJournal } from "../stages/delivery/index.ts";
import type { Stream } from "../stages/stream/index.ts";
import { type Chance, openChance } from "../testing/simulated/chance.ts";
import { SimulatedDisk } from "../testing/simulated/disk.ts";
import { type Life, Schedule } from "../testing/simulated/schedule.ts";
import { Trace } from "../testing/simulated/trace.ts";

/** What happens to a warehouse's changes: as one transaction, all at once. */
export type Commit = (
  changes: readonly (() => void)[],
  pause: () => Promise<void>,
) => Promise<void> | void;

/** Parts put in the place of the right ones, to prove that the simulation sees what is wrong with them. */
export interface Replacements {
  readonly disk: (disk: Disk, world: World, life: Life) => Disk;
  readonly log: (log: Stream, stream: string, world: World) => Stream;
  readonly journal: (journal: CutJournal, world: World) => CutJournal;
  readonly store: (store: ObjectStore, world: World) => ObjectStore;
  readonly publisher: (announcements: Announcements, world: World) => Announcements;
  readonly listener: (announcements: Announcements) => Announcements;
  readonly loadFailed: (stream: string, skip: () => void) => void;
  readonly commit: Commit;
  readonly modelCommit: Commit;
  /** How far retention may go: what delivery says, and where the log ends. */
  readonly delivered: (
    delivered: Position | undefined,
    newest: () => Promise<Position | undefined>,
  ) => Promise<Position | undefined> | Position | undefined;
}

export const AS_THEY_ARE: Replacements = {
  disk: (disk) => disk,
  log: (log) => log,
  journal: (journal) => journal,
  store: (store) => store,
  publisher: (announcements) => announcements,
  listener: (announcements) => announcements,
  loadFailed: () => undefined,
  commit: (changes) => changes.forEach((change) => change()),
  modelCommit: (changes) => changes.forEach((change) => change()),
  delivered: (delivered) => delivered,
};

/** What no fault of a disk or a network excuses. */
const NEVER = new Set(["STREAM_CORRUPT", "STREAM_POSITION_GONE", "OBJECT_DAMAGED", "INTERNAL"]);
const NEVER_SAID = /restore the older|the stream ends before position/;

export interface WorldOptions {
  readonly plan: Plan;
  readonly seed: string;
  readonly replace: Replacements;
  readonly segmentBytes: number;
}

const BEGIN = Date.UTC(2026, 0, 1, 9);

export class World {
  readonly plan: Plan;
  readonly chance: Chance;
  readonly schedule: Schedule;
  readonly trace: Trace;
  readonly disk: SimulatedDisk;
  readonly replace: Replacements;
  /** The wall clock, which somebody may set. */
  readonly clock: Clock = { now: () => toInstant(BEGIN + this.schedule.now + this.skewMs) };
  skewMs = 0;
  /** Size of the logs' segments: a few dozen records. */
  readonly segmentBytes: number;
  /** What the warehouse's engine does just now. */
  readonly engine = { down: false, fails: 0 };
  /** Acts just after a process has taken so many more steps: in the middle of what it does. */
  trap: { readonly process: string; readonly act: () => void; steps: number } | undefined;
  /** The first thing seen that must never happen. */
  alarm: string | undefined;

  constructor({ plan, seed, replace, segmentBytes }: WorldOptions) {
    this.segmentBytes = segmentBytes;
    this.plan = plan;
    this.replace = replace;
    const chance = openChance(seed);
    this.chance = chance.branch("pipeline");
    this.schedule = new Schedule(chance.branch("order"));
    this.trace = new Trace(() => this.schedule.now);
    this.disk = new SimulatedDisk({
      schedule: this.schedule,
      chance: chance.branch("disk"),
      note: (step) => this.note(step),
    });
  }

  note(step: string): void {
    this.trace.note(step);
    const { trap } = this;
    if (trap !== undefined && step.startsWith(trap.process)) {
      trap.steps -= 1;
      if (trap.steps <= 0) {
        this.trap = undefined;
        this.schedule.after(this.chance.next() ** 2, trap.act);
      }
    }
  }

  /** Notes a failure, and raises the alarm when it is one that nothing excuses. */
  tell(where: string, thrown: unknown): void {
    const cause = causeOf(thrown);
    this.note(`${where}: ${cause}`);
    const code = thrown instanceof Fault ? thrown.code : "";
    const ours = thrown instanceof AssertionFault || thrown instanceof TypeError;
    if (ours || NEVER.has(code) || NEVER_SAID.test(cause)) {
      this.raise(`${where}: ${cause}`);
    }
  }

  /** The same for what a stage shows as its trouble. */
  tellTrouble(
    where: string,
    { code, message }: { readonly code: string; readonly message: string },
  ): void {
    if (NEVER.has(code) || NEVER_SAID.test(message)) {
      this.raise(`${where}: ${message}`);
    }
  }

  raise(alarm: string): void {
    this.alarm ??= alarm;
  }
}
