/** Opens the database file and shuts the engine in: what it may read, how much it may use, what nobody may change. */

import { mkdirSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { causeOf, Fault } from "../../../base/faults.ts";
import { quoteText } from "./quote.ts";

export interface EngineOptions {
  /** The database's file; undefined keeps everything in memory, for tests. */
  readonly path: string | undefined;
  /** Folders whose files may be read: where the lake's local objects are. */
  readonly readable: readonly string[];
  readonly memoryBytes: number;
  readonly threads: number;
  /** How long to wait for the file while a former process still holds it. */
  readonly lockWaitMs: number;
}

export interface Engine {
  /** Folder for what does not fit into memory; undefined for a database in memory. */
  readonly temporary: string | undefined;
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

/** The lake's cuts default to this many records: a load fills row groups whole, and checkpoints stay short. */
const ROW_GROUP_ROWS = 32_768;
const LOCK_RETRY_MS = 100;

/** Throws WAREHOUSE_DAMAGED, and WAREHOUSE_DOWN when the file cannot be opened in time. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const temporary = options.path === undefined ? undefined : `${options.path}.tmp`;
  if (temporary !== undefined) {
    // A killed process leaves what it had spilled; nothing in it is ever read again.
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
  }
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(options.threads),
    memory_limit: `${Math.round(options.memoryBytes / 1_048_576)}MiB`,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const first = await instance.connect();
  try {
    await attach(first, options);
    await foldLog(first, options.path);
    await shutIn(first, temporary, options.readable);
  } catch (thrown) {
    first.closeSync();
    instance.closeSync();
    throw thrown;
  }
  return {
    temporary,
    connect: async () => {
      const connection = await instance.connect();
      await connection.run("USE warehouse");
      return connection;
    },
    close: () => {
      first.closeSync();
      instance.closeSync();
      if (temporary !== undefined) {
        rmSync(temporary, { recursive: true, force: true });
      }
    },
  };
}

async function attach(connection: DuckDBConnection, options: EngineOptions): Promise<void> {
  const file = quoteText(options.path ?? ":memory:");
  const sql = `ATTACH ${file} AS warehouse (ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`;
  for (let waitedMs = 0; ; waitedMs += LOCK_RETRY_MS) {
    try {
      await connection.run(sql);
      return;
    } catch (thrown) {
      const locked = /lock/i.test(causeOf(thrown));
      if (!locked || waitedMs >= options.lockWaitMs) {
        throw toFault(options.path, thrown);
      }
      await sleep(LOCK_RETRY_MS);
    }
  }
}

/** A process that was killed again and again leaves a log that only grows: a start that finds it long folds it in. */
const LOG_BYTES_MAX = 4_194_304;

async function foldLog(connection: DuckDBConnection, path: string | undefined): Promise<void> {
  const bytes = path === undefined ? 0 : (statSync(`${path}.wal`, NO_THROW)?.size ?? 0);
  if (bytes > LOG_BYTES_MAX) {
    await connection.run("CHECKPOINT warehouse");
  }
}

const NO_THROW = { throwIfNoEntry: false } as const;

const NOT_ITS_FORMAT = /not a valid DuckDB|corrupt|checksum|serialization error|deserialize/i;

function toFault(path: string | undefined, thrown: unknown): Fault {
  const cause = causeOf(thrown);
  return path !== undefined && NOT_ITS_FORMAT.test(cause)
    ? new Fault("WAREHOUSE_DAMAGED", { path, cause }, thrown)
    : new Fault("WAREHOUSE_DOWN", { cause }, thrown);
}

/**
 * From here on no SQL, ours or a user's, reaches a file outside the folders named, nor can it lift that again:
 * the engine knows no way to turn external access on once it is off.
 */
async function shutIn(
  connection: DuckDBConnection,
  temporary: string | undefined,
  readable: readonly string[],
): Promise<void> {
  const folders = [...readable, ...(temporary === undefined ? [] : [temporary])];
  const list = folders.map((folder) => quoteText(`${resolve(folder)}/`)).join(", ");
  if (temporary !== undefined) {
    await connection.run(`SET temp_directory = ${quoteText(temporary)}`);
  }
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  await connection.run(`SET allowed_directories = [${list}]`);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
}
