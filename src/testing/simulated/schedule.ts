/** Held time: what happens next is what is due first, and of two things due at once, what chance picks. */

import { setImmediate as turn } from "node:timers/promises";
import type { Timers } from "../../base/timers.ts";
import type { Chance } from "./chance.ts";

/** A process that can be ended: nothing it had planned happens after its end. */
export class Life {
  readonly name: string;
  #ended = false;
  readonly #end = Promise.withResolvers<void>();

  constructor(name: string) {
    this.name = name;
  }

  get alive(): boolean {
    return !this.#ended;
  }

  /** Resolves when it is over. */
  get over(): Promise<void> {
    return this.#end.promise;
  }

  end(): void {
    this.#ended = true;
    this.#end.resolve();
  }
}

interface Due {
  readonly at: number;
  readonly tie: number;
  act: (() => void) | undefined;
}

interface Wish {
  readonly holds: () => boolean;
  readonly act: () => void;
}

/** A turn of the loop is never quite free. */
const TURN_MS = 0.05;

export class Schedule {
  readonly #chance: Chance;
  readonly #heap: Due[] = [];
  readonly #wishes = new Set<Wish>();
  #now = 0;
  steps = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  get now(): number {
    return this.#now;
  }

  /** Calls `act` after `ms`; what it gives takes that back. */
  after(ms: number, act: () => void): () => void {
    const due: Due = { at: this.#now + Math.max(0, ms), tie: this.#chance.next(), act };
    push(this.#heap, due);
    return () => {
      due.act = undefined;
    };
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Calls `act` soon after `holds` is first true; looked at after every step. */
  when(holds: () => boolean, act: () => void, life?: Life): () => void {
    const wish = { holds, act };
    this.#wishes.add(wish);
    const forget = (): void => void this.#wishes.delete(wish);
    void life?.over.then(forget);
    return forget;
  }

  /** Timers of one process. */
  timersOf(life: Life): Timers {
    const after = (ms: number, act: () => void): (() => void) =>
      this.after(ms, () => {
        if (life.alive) {
          act();
        }
      });
    return {
      elapsed: () => this.#now,
      after,
      soon: (act) => void after(TURN_MS * this.#chance.next(), act),
    };
  }

  /** Lets the next thing happen, and all that follows from it at once; false when nothing is due any more. */
  async step(): Promise<boolean> {
    const due = this.#next();
    if (due === undefined) {
      return false;
    }
    this.#now = due.at;
    this.steps += 1;
    due.act?.();
    // Every promise that can go on has done so when the loop turns.
    await turn();
    for (const wish of this.#wishes) {
      if (wish.holds()) {
        this.#wishes.delete(wish);
        this.after(TURN_MS * this.#chance.next(), wish.act);
      }
    }
    return true;
  }

  #next(): Due | undefined {
    for (let due = pop(this.#heap); due !== undefined; due = pop(this.#heap)) {
      if (due.act !== undefined) {
        return due;
      }
    }
    return undefined;
  }
}

function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.tie < b.tie);
}

function push(heap: Due[], due: Due): void {
  let at = heap.length;
  while (at > 0) {
    const up = (at - 1) >>> 1;
    const parent = heap[up];
    if (parent === undefined || before(parent, due)) {
      break;
    }
    heap[at] = parent;
    at = up;
  }
  heap[at] = due;
}

function pop(heap: Due[]): Due | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (heap.length === 0 || last === undefined) {
    return first;
  }
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const takesRight = left !== undefined && right !== undefined && before(right, left);
    const smaller = takesRight ? right : left;
    if (smaller === undefined || before(last, smaller)) {
      break;
    }
    heap[at] = smaller;
    at = 2 * at + (takesRight ? 2 : 1);
  }
  heap[at] = last;
  return first;
}
