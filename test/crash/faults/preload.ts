/** Loaded into every process and thread of a pipeline under test: at a named write it kills, fails or waits. */

import fs from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import sqlite from "node:sqlite";
import { gate, type Passage, type Write } from "./gate.ts";

/** Files that are open, by what the system calls them. */
const paths = new Map<number, string>();

type Callback = (error: Error | null, ...rest: unknown[]) => void;
type Any = (...args: never[]) => unknown;
type Loose = (...args: unknown[]) => unknown;
type Holder = Record<string, Loose>;

/** How the bytes of a call are told, and how the same call writes only half of them. */
interface Manner {
  readonly op: Write["op"];
  readonly where: (args: readonly unknown[]) => string;
  readonly half?: (args: readonly unknown[]) => unknown[];
}

function replace(holder: object, name: string, make: (original: Loose) => Loose): void {
  const target = holder as Holder;
  const original = target[name] as Loose;
  target[name] = make(original);
}

/** A call that answers by a callback, its last argument. */
function wrapCallback(holder: object, name: string, { op, where, half }: Manner): void {
  replace(holder, name, (original) => (...args) => {
    const done = args.at(-1) as Callback;
    const passage = gate({ op, path: where(args) });
    const tell: Callback = (error, ...rest) => {
      if (error === null || error === undefined) {
        try {
          passage.after();
        } catch (thrown) {
          done(thrown as Error);
          return;
        }
      }
      done(error, ...rest);
    };
    const call = (): void => {
      const given = args.slice(0, -1);
      original(...(passage.torn && half !== undefined ? half(given) : given), tell);
    };
    passAt(passage, call, done);
  });
}

/** Calls once the gate lets it pass; what the gate throws is the call's own error. */
function passAt(passage: Passage, call: () => void, refused: Callback): void {
  async function pass(): Promise<void> {
    try {
      await passage.before();
    } catch (thrown) {
      refused(thrown as Error);
      return;
    }
    call();
  }
  void pass();
}

function wrapPromise(holder: object, name: string, { op, where, half }: Manner): void {
  replace(
    holder,
    name,
    (original) =>
      async function wrapped(this: unknown, ...args: unknown[]) {
        const passage = gate({ op, path: where(args) });
        await passage.before();
        const answer: unknown = await Reflect.apply(
          original as Any,
          this,
          passage.torn && half !== undefined ? half(args) : args,
        );
        passage.after();
        return answer;
      },
  );
}

function wrapSync(holder: object, name: string, { op, where, half }: Manner): void {
  replace(
    holder,
    name,
    (original) =>
      function wrapped(this: unknown, ...args: unknown[]) {
        const passage = gate({ op, path: where(args) });
        passage.beforeSync();
        const torn = passage.torn && half !== undefined;
        const answer: unknown = Reflect.apply(original as Any, this, torn ? half(args) : args);
        passage.after();
        return answer;
      },
  );
}

const byFd = ([fd]: readonly unknown[]): string => paths.get(fd as number) ?? "";
const byPath = ([path]: readonly unknown[]): string => String(path);
/** What is made by a link counts, not what it is made of. */
const byTarget = ([, to]: readonly unknown[]): string => String(to);
const byWay = ([from, to]: readonly unknown[]): string => `${String(from)} -> ${String(to)}`;
/** To remove what is not there is no write. */
const byVictim = ([path]: readonly unknown[]): string =>
  `${String(path)}${fs.existsSync(String(path)) ? "" : " (absent)"}`;

const byStatement = ([sql]: readonly unknown[]): string => `warehouse: ${beginningOf(sql)}`;

function beginningOf(sql: unknown): string {
  return String(sql).trim().replaceAll(/\s+/g, " ").slice(0, 60);
}

function halfOfWrite([fd, bytes, from, length, at]: readonly unknown[]): unknown[] {
  return [fd, bytes, from, Math.floor((length as number) / 2), at];
}

function halfOfPieces([pieces]: readonly unknown[]): unknown[] {
  return [(pieces as Uint8Array[]).slice(0, 1).map((one) => one.subarray(0, one.length >> 1))];
}

function watchFiles(): void {
  const open = fs.open as unknown as Loose;
  replace(fs, "open", () => (path, ...rest) => {
    const done = rest.pop() as Callback;
    const creates = (Number(rest[0]) & fs.constants.O_CREAT) !== 0;
    const passage = creates ? gate({ op: "create", path: String(path) }) : undefined;
    const remember: Callback = (error, fd) => {
      if (error === null) {
        paths.set(fd as number, String(path));
        try {
          passage?.after();
        } catch (thrown) {
          done(thrown as Error);
          return;
        }
      }
      done(error, fd);
    };
    if (passage === undefined) {
      open(path, ...rest, remember);
    } else {
      passAt(passage, () => open(path, ...rest, remember), done);
    }
  });
  replace(fs, "openSync", (original) => (path, ...rest) => {
    const fd = original(path, ...rest) as number;
    paths.set(fd, String(path));
    return fd;
  });
  wrapCallback(fs, "write", { op: "write", where: byFd, half: halfOfWrite });
  wrapCallback(fs, "fdatasync", { op: "sync", where: byFd });
  wrapCallback(fs, "fsync", { op: "sync", where: byFd });
  wrapSync(fs, "writeSync", { op: "write", where: byFd });
  wrapSync(fs, "writeFileSync", {
    op: "write",
    where: byPath,
    half: ([path, text, ...rest]) => [path, String(text).slice(0, 7), ...rest],
  });
  wrapSync(fs, "fsyncSync", { op: "sync", where: byFd });
  wrapSync(fs, "renameSync", { op: "rename", where: byWay });
}

function watchPromises(): void {
  const files = fs.promises;
  replace(files, "open", (original) => async (path, flags, ...rest) => {
    const handle = (await original(path, flags, ...rest)) as object;
    if (flags !== "r" && flags !== undefined) {
      const where = (): string => String(path);
      wrapPromise(handle, "writev", { op: "write", where, half: halfOfPieces });
      wrapPromise(handle, "datasync", { op: "sync", where });
    }
    return handle;
  });
  wrapPromise(files, "rename", { op: "rename", where: byWay });
  wrapPromise(files, "link", { op: "link", where: byTarget });
  wrapPromise(files, "unlink", { op: "remove", where: byVictim });
  wrapPromise(files, "mkdir", { op: "folder", where: byPath });
}

function named(database: object, sql: unknown): string {
  const path = (database as { location(): string | null }).location() ?? "memory";
  return `${path}: ${beginningOf(sql)}`;
}

function watchSqlite(): void {
  const { DatabaseSync } = sqlite;
  const owners = new WeakMap<object, string>();
  const proto = DatabaseSync.prototype;
  replace(
    proto,
    "exec",
    (original) =>
      function exec(this: object, sql: unknown) {
        const passage = gate({ op: "sql", path: named(this, sql) });
        passage.beforeSync();
        Reflect.apply(original as Any, this, [sql]);
        passage.after();
      },
  );
  const example = new DatabaseSync(":memory:").prepare("select 1");
  wrapStatements(Object.getPrototypeOf(example) as object, owners);
  replace(
    proto,
    "prepare",
    (original) =>
      function prepare(this: object, sql: unknown) {
        const statement = Reflect.apply(original as Any, this, [sql]) as object;
        owners.set(statement, named(this, sql));
        return statement;
      },
  );
}

function wrapStatements(proto: object, owners: WeakMap<object, string>): void {
  replace(
    proto,
    "run",
    (original) =>
      function run(this: object, ...args: unknown[]) {
        const passage = gate({ op: "sql", path: owners.get(this) ?? "" });
        passage.beforeSync();
        const answer: unknown = Reflect.apply(original as Any, this, args);
        passage.after();
        return answer;
      },
  );
}

/** Only where the engine runs: loading it costs a tenth of a second. */
function watchDuckDb(): void {
  const api = createRequire(import.meta.url)("@duckdb/node-api") as {
    DuckDBConnection: { prototype: object };
  };
  wrapPromise(api.DuckDBConnection.prototype, "run", { op: "sql", where: byStatement });
}

watchFiles();
watchPromises();
watchSqlite();
if (process.argv.some((word) => /warehouse[/\\]process\.ts$/.test(word))) {
  watchDuckDb();
}
syncBuiltinESMExports();
