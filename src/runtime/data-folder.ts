/** The data folder: who owns it, which pipeline it belongs to, and where each stage keeps its part. */

import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { DATA_VERSIONS } from "../base/data-versions.ts";
import { causeOf, Fault } from "../base/faults.ts";
import { makeFolderNow, OWNER_ONLY } from "../base/make-folder.ts";
import { refuseNewer, toDamage } from "../base/sqlite.ts";
import { folderPlace, type LakePlace } from "../stages/lake/index.ts";
import { readEnvironment } from "./places/environment.ts";
import type { SnowflakeHouse } from "./warehouse/open-house.ts";
import { EMBEDDED, showAddress, type StreamAddress } from "../base/address.ts";
import { type GivenPlaces, type Places, type PlaceTexts, settlePlaces } from "./places/places.ts";
import { removeBefore, settleFiles, warehouseFiles } from "./rebuild/warehouse-files.ts";

/** Where each stage keeps its part; all paths are absolute. */
export interface DataPaths {
  readonly root: string;
  readonly stream: (name: string) => string;
  readonly lake: LakePlace;
  /** Where events are put; `stream` above is then where this machine keeps what it took from there. */
  readonly source: StreamAddress;
  readonly delivery: string;
  /** On which records transforms run, for the next process. */
  readonly trail: string;
  /** File of the embedded warehouse. */
  readonly warehouse: string;
  /** Set where the tables are in Snowflake, with whose they are. */
  readonly house: SnowflakeHouse | undefined;
  /** Folder of the delivery streams made over the wire. */
  readonly firehose: string;
  readonly sources: string;
  readonly endpoint: string;
  /** What is kept of streams over the AWS wire, and the logs of those made there. */
  readonly kinesis: { readonly path: string; readonly folder: string };
  readonly keys: string;
  readonly keyUsage: string;
  readonly keySeal: string;
}

/** What a data folder says of itself. */
export interface Owner {
  readonly pipeline: string;
  /** The definition it was last started with. */
  readonly file: string;
}

/** A data folder that this process owns until it is disposed of. */
export interface DataFolder extends Disposable {
  readonly paths: DataPaths;
  /** Random, made with the folder: what it is known by in places that others can reach. */
  readonly id: string;
  /** Its addresses as text; what may be a secret in them is dots. */
  readonly places: PlaceTexts;
  /** Tells other commands where the pipeline answers, and which definition it runs. */
  announce(url: string, file: string): void;
  /** Removes the warehouse that a rebuild has replaced: the one in its place has proved that it works. */
  forgetBefore(): void;
}

const FORMAT = "1";

export function dataPaths(folder: string): DataPaths {
  const root = resolve(folder);
  return {
    root,
    stream: (name) => join(root, "stream", name),
    lake: folderPlace(join(root, "lake")),
    source: { kind: "log" },
    delivery: join(root, "delivery.sqlite"),
    trail: join(root, "transform-trail.json"),
    warehouse: join(root, "warehouse.duckdb"),
    house: undefined,
    firehose: join(root, "firehose"),
    sources: join(root, "sources.sqlite"),
    endpoint: join(root, "endpoint.json"),
    kinesis: { path: join(root, "kinesis.sqlite"), folder: join(root, "kinesis") },
    keys: join(root, "keys.json"),
    keyUsage: join(root, "key-usage.json"),
    keySeal: join(root, "keys-seal.json"),
  };
}

/**
 * Makes the folder when it is missing and takes it for this process. The lock is SQLite's lock on a file, which the
 * system lets go of when the process dies, however it dies.
 * Throws DATA_UNWRITABLE, DATA_LOCKED, DATA_FOREIGN, ADDRESS_INVALID, ADDRESS_CHANGED.
 */
export function openDataFolder(
  folder: string,
  pipeline: string,
  given: GivenPlaces = {},
): DataFolder {
  const embedded = dataPaths(folder);
  makeRoot(folder);
  const lock = takeLock(embedded);
  let paths = embedded;
  let places: Places;
  try {
    identify(lock, paths, pipeline);
    refuseNewerFiles(paths);
    places = settle(lock, given, paths.root);
    paths = placed(embedded, places, readFacts(lock).get("id") ?? "");
    settleFiles(warehouseFiles(paths.warehouse));
  } catch (thrown) {
    lock.close();
    throw thrown;
  }
  return {
    paths,
    id: readFacts(lock).get("id") ?? "",
    places: {
      lake: showAddress(places.texts.lake),
      stream: showAddress(places.texts.stream),
      warehouse: showAddress(places.texts.warehouse),
    },
    announce: (url, file) => {
      writeFileSync(paths.endpoint, JSON.stringify({ url, pid: process.pid }));
      writeFact(lock, "file", file);
      // Only now: an address that nothing could be opened at is not held against the next start.
      writeFact(lock, "lake", places.texts.lake);
      writeFact(lock, "stream", places.texts.stream);
      writeFact(lock, "warehouse", places.texts.warehouse);
    },
    forgetBefore: () => removeBefore(warehouseFiles(paths.warehouse)),
    [Symbol.dispose]: () => {
      rmSync(paths.endpoint, { force: true });
      lock.close();
    },
  };
}

/** Throws DATA_UNWRITABLE before a database says less of it. */
function makeRoot(folder: string): void {
  if (folder === "") {
    // A variable that is not set is not meant to be the folder one stands in.
    throw new Fault("DATA_UNWRITABLE", { path: '""', cause: "it is no path" });
  }
  const path = resolve(folder);
  try {
    makeFolderNow(path, OWNER_ONLY);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (thrown) {
    throw new Fault("DATA_UNWRITABLE", { path, cause: causeOf(thrown) }, thrown);
  }
}

function settle(lock: DatabaseSync, given: GivenPlaces, root: string): Places {
  const remembered = rememberedIn(lock);
  return settlePlaces({ given, environment: readEnvironment(), remembered, root });
}

/** A folder that has been started and remembers nothing was made when there was nothing to choose. */
function rememberedIn(lock: DatabaseSync): PlaceTexts | undefined {
  const facts = readFacts(lock);
  const found: Partial<Record<string, string>> = Object.fromEntries(facts);
  const { lake = EMBEDDED, stream = EMBEDDED, warehouse = EMBEDDED } = found;
  return facts.has("file") ? { lake, stream, warehouse } : undefined;
}

/** The addresses that a folder remembers; undefined where it has none yet, or a pipeline runs on it. Changes nothing. */
export function rememberedPlaces(folder: string): PlaceTexts | undefined {
  const file = join(dataPaths(folder).root, "millrace.sqlite");
  if (!existsSync(file)) {
    return undefined;
  }
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return rememberedIn(database);
  } catch {
    return undefined;
  } finally {
    database.close();
  }
}

function placed(paths: DataPaths, places: Places, id: string): DataPaths {
  const { lake, stream, warehouse } = places;
  const place = lake && { address: lake, scratch: join(paths.root, "fetched") };
  const owner = { id, path: `${paths.root} on ${hostname()}` };
  const house = warehouse && { address: warehouse, owner };
  return { ...paths, lake: place ?? paths.lake, source: stream, house };
}

function takeLock(paths: DataPaths): DatabaseSync {
  const lock = new DatabaseSync(join(paths.root, "millrace.sqlite"));
  try {
    // EXCLUSIVE keeps the lock between transactions, until the connection closes.
    lock.exec(
      "PRAGMA busy_timeout = 500; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;",
    );
    return lock;
  } catch (thrown) {
    lock.close();
    if (/locked|busy/i.test(causeOf(thrown))) {
      throw new Fault("DATA_LOCKED", { path: paths.root, pid: ownerOf(paths) }, thrown);
    }
    throw toDamage(join(paths.root, "millrace.sqlite"), thrown);
  }
}

function ownerOf(paths: DataPaths): number | string {
  const endpoint = readEndpoint(paths.root);
  return endpoint?.pid ?? "unknown";
}

function identify(lock: DatabaseSync, paths: DataPaths, pipeline: string): void {
  lock.exec("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT");
  const insert = lock.prepare("INSERT OR IGNORE INTO facts VALUES (?, ?)");
  insert.run("pipeline", pipeline);
  insert.run("format", FORMAT);
  insert.run("id", randomUUID());
  const facts = readFacts(lock);
  const format = facts.get("format") ?? "";
  if (Number(format) > Number(FORMAT)) {
    throw new Fault("DATA_NEWER", { path: paths.root, found: format, known: FORMAT });
  }
  const found = facts.get("pipeline");
  if (found !== pipeline || facts.get("format") !== FORMAT) {
    const shown = found === pipeline ? `format ${facts.get("format")}` : found;
    const expected = found === pipeline ? `format ${FORMAT}` : pipeline;
    throw new Fault("DATA_FOREIGN", { path: paths.root, found: shown, expected });
  }
}

/** Before anything is opened: a folder of which a part is of a later version stays as it is, whole. */
function refuseNewerFiles({ root }: DataPaths): void {
  for (const [path, known] of Object.entries(DATA_VERSIONS)) {
    refuseNewer(join(root, path), known);
  }
}

function readFacts(database: DatabaseSync): ReadonlyMap<string, string> {
  const made = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'facts'").get();
  if (made === undefined) {
    return new Map();
  }
  const rows = database.prepare("SELECT name, value FROM facts").all();
  return new Map(rows.map(({ name, value }) => [String(name), String(value)]));
}

function writeFact(database: DatabaseSync, name: string, value: string): void {
  database.prepare("INSERT OR REPLACE INTO facts VALUES (?, ?)").run(name, value);
}

/**
 * Makes the folder when it is missing and takes it while `work` runs; it need not have belonged to a pipeline yet.
 * Throws DATA_UNWRITABLE, and DATA_LOCKED while a pipeline runs on it.
 */
export function withDataFolder<T>(folder: string, work: (paths: DataPaths) => T): T {
  const paths = dataPaths(folder);
  makeRoot(folder);
  const lock = takeLock(paths);
  try {
    return work(paths);
  } finally {
    lock.close();
  }
}

/** Whose folder it is. Throws DATA_MISSING, and DATA_LOCKED while a pipeline runs on it. */
export function readOwner(folder: string): Owner {
  const paths = dataPaths(folder);
  if (!existsSync(join(paths.root, "millrace.sqlite"))) {
    throw new Fault("DATA_MISSING", { path: paths.root });
  }
  const lock = takeLock(paths);
  try {
    const facts = readFacts(lock);
    if (facts.size === 0) {
      // Keys were made in it, and nothing has run yet.
      throw new Fault("DATA_MISSING", { path: paths.root });
    }
    return { pipeline: facts.get("pipeline") ?? "", file: facts.get("file") ?? "" };
  } finally {
    lock.close();
  }
}

/** Where the pipeline of a data folder answers, as it wrote itself; undefined when none says so. */
export function readEndpoint(folder: string): { url: string; pid: number } | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(dataPaths(folder).endpoint, "utf8"));
    const { url, pid } = read as { url?: unknown; pid?: unknown };
    return typeof url === "string" && typeof pid === "number" ? { url, pid } : undefined;
  } catch {
    return undefined;
  }
}
