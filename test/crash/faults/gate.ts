/** Where every write of a process under test passes: what the test has armed happens here, and is noted. */

import fs from "node:fs";
import { join } from "node:path";

export interface Write {
  readonly op: "create" | "write" | "sync" | "rename" | "link" | "remove" | "folder" | "sql";
  /** The file, or `file: statement`. */
  readonly path: string;
}

/** What a test wants to happen, and where. */
export interface Order {
  /** Of this order alone: it is noted under this name. */
  readonly id: string;
  readonly op: Write["op"];
  /** Regular expression over the path. */
  readonly path: string;
  readonly when: "before" | "torn" | "after";
  /** Passes that go by first, in each process. */
  readonly skip: number;
  /** How often at most, over all processes. */
  readonly times: number;
  readonly does: Deed;
}

/**
 * "kill" ends the process that writes, "killAll" its whole group, "abort" is its own crash; else a system error, or a wait.
 * A wait at a torn write is a short one: half is written, and the system says so.
 */
export type Deed = "kill" | "killAll" | "abort" | `E${string}` | { readonly waitMs: number };

export interface Passage {
  /** Whether only half is to be written. */
  readonly torn: boolean;
  before(): Promise<void>;
  beforeSync(): void;
  after(): void;
}

const folder = process.env["MILLRACE_TEST_GATE"] ?? "";
const traces = process.env["MILLRACE_TEST_TRACE"] !== undefined;
// As they are before anything is replaced.
const { closeSync, existsSync, openSync, readFileSync, writeSync } = fs;
const FREE: Passage = {
  torn: false,
  before: async () => {},
  beforeSync: () => {},
  after: () => {},
};
const passes = new Map<string, number>();

export function gate(write: Write): Passage {
  if (traces) {
    const file = openSync(join(folder, "trace"), "a");
    writeSync(file, `${process.pid} ${write.op} ${write.path}\n`);
    closeSync(file);
  }
  const order = armed().find(
    ({ op, path, id, times }) =>
      op === write.op && new RegExp(path).test(write.path) && !isSpent(id, times),
  );
  if (order === undefined) {
    return FREE;
  }
  const passed = (passes.get(order.id) ?? 0) + 1;
  passes.set(order.id, passed);
  return passed <= order.skip ? FREE : passageOf(order, write);
}

/** Whether all of an order's times are taken, so that the next one of its kind is in force. */
function isSpent(id: string, times: number): boolean {
  return existsSync(join(folder, `fired.${id}.${times - 1}`));
}

function armed(): readonly Order[] {
  try {
    return JSON.parse(readFileSync(join(folder, "armed.json"), "utf8")) as Order[];
  } catch {
    return [];
  }
}

function passageOf(order: Order, write: Write): Passage {
  const { when, does } = order;
  return {
    torn: when === "torn",
    before: async () => {
      if (when === "before" && isMine(order, write)) {
        if (typeof does === "object") {
          await new Promise((done) => setTimeout(done, does.waitMs));
        } else {
          happen(does, write);
        }
      }
    },
    beforeSync: () => {
      if (when !== "before" || !isMine(order, write)) {
        return;
      }
      if (typeof does === "object") {
        // A call that blocks its thread is slow by blocking it longer.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, does.waitMs);
      } else {
        happen(does, write);
      }
    },
    after: () => {
      if (when !== "before" && isMine(order, write) && typeof does === "string") {
        happen(does, write);
      }
    },
  };
}

/** Takes one of the times of an order, so that no two processes do the same; the note tells the test. */
function isMine(order: Order, write: Write): boolean {
  for (let time = 0; time < order.times; time += 1) {
    try {
      const note = openSync(join(folder, `fired.${order.id}.${time}`), "wx");
      writeSync(note, `${process.pid} ${write.op} ${write.path}`);
      closeSync(note);
      return true;
    } catch {
      // Taken by an earlier life.
    }
  }
  return false;
}

function happen(deed: string, { op, path }: Write): void {
  if (deed === "abort") {
    process.kill(process.pid, "SIGABRT");
  }
  if (deed === "kill" || deed === "killAll") {
    process.kill(deed === "kill" ? process.pid : 0, "SIGKILL");
    // The kill may take a moment to arrive, in which nothing more may be written.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
  }
  throw Object.assign(new TypeError(`${deed}: ${op} '${path}'`), { code: deed, syscall: op });
}
