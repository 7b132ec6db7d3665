/** A small pipeline's lake, log and warehouse for the books' tests, to be broken by hand. */

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { toInstant } from "../base/clock.ts";
import type { Fault } from "../base/faults.ts";
import type {
  Announcements,
  Manifest,
  ObjectFormat,
  ShardRange,
  StoredPart,
} from "../seams/announce.ts";
import type { Frame, Position, StreamReader } from "../seams/consume.ts";
import { type AuditAnswer, AUDITED, type AuditRequest } from "../seams/audit.ts";
import type { Cell, QueryOptions, ResultSet } from "../seams/query.ts";
import type { ObjectName, ObjectStore } from "../seams/store.ts";
import type { Finding, Verification } from "../seams/verify.ts";
import { openMemoryAnnouncements } from "../testing/memory/announce.ts";
import { openMemoryStore } from "../testing/memory/store.ts";
import { openBooks, type VerifyOptions } from "./books.ts";
import { eachPlace, minus, sizeOf, toPlaces } from "./ranges.ts";
import type { StreamMark } from "./stream-account.ts";
import type { ShardTruth } from "./accounts/tiling.ts";

const AT = toInstant(1_000_000);
const LINEAGE =
  "_event_id VARCHAR, _shard BIGINT, _sequence BIGINT, _object VARCHAR, _line BIGINT, _load BIGINT";

export interface Cut {
  readonly ranges: readonly ShardRange[];
  readonly dropped?: readonly ShardRange[];
  readonly failed?: readonly ShardRange[];
  readonly format?: ObjectFormat;
  readonly gzip?: boolean;
}

export function run(shard: number, first: number, last: number): ShardRange {
  return { shard, first, last };
}

export interface WorldMeans {
  readonly sql: (text: string, params?: readonly Cell[]) => Promise<Cell[][]>;
  readonly announcements: Announcements;
  readonly store: ObjectStore;
}

/** The world's tables in a DuckDB of their own, empty; `atEnd` is given what closes it. */
export async function openTables(atEnd: (close: () => void) => void): Promise<WorldMeans["sql"]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  atEnd(() => {
    connection.closeSync();
    instance.closeSync();
  });
  const sql: WorldMeans["sql"] = async (text, params = []) => {
    const reader = await connection.runAndReadAll(text, [...params]);
    return reader.getRows() as Cell[][];
  };
  for (const table of TABLES) {
    await sql(table);
  }
  return sql;
}

export async function openWorld(atEnd: (close: () => void) => void): Promise<World> {
  const sql = await openTables(atEnd);
  return new World({ sql, announcements: openMemoryAnnouncements(), store: openMemoryStore() });
}

/** The tables, lake and log of one stream with two shards, and what fills and verifies them. */
export class World {
  readonly sql: WorldMeans["sql"];
  readonly announcements: Announcements;
  readonly store: ObjectStore;
  readonly truth: ShardTruth[] = [
    { shard: 0, first: 1, last: 0 },
    { shard: 1, first: 1, last: 0 },
  ];
  readonly frames: Frame[] = [];
  readonly marks = new Map<string, StreamMark>();
  now = AT;
  /** Manifests read so far. */
  looked = 0;
  /** What the warehouse answers instead, when set. */
  down: Fault | undefined;

  constructor({ sql, announcements, store }: WorldMeans) {
    this.sql = sql;
    this.announcements = announcements;
    this.store = store;
  }

  /** Puts a cut's objects and manifest into the lake, and its records into the log. */
  async deliver(cut: Cut): Promise<Manifest> {
    const { ranges, dropped = [], failed = [], format = "csv", gzip = false } = cut;
    const number = (await this.announcements.newest("prices")) + 1;
    const rows = minus(toPlaces(ranges), toPlaces([...dropped, ...failed]));
    const made = { rows: sizeOf(rows), bytes: encode(rows, format, gzip), gzip };
    const object = await this.#put(`prices/${number}.${format}`, format, made);
    for (const { shard, first, last } of ranges) {
      this.grow(shard, last);
      this.frames.push({ shard, firstSequence: first, count: last - first + 1 } as Frame);
    }
    const letters = [...eachPlace(failed, 1000)].map(
      ({ shard, sequence }) => `{"id":"prices.${shard}.${sequence}"}\n`,
    );
    const lines = { rows: letters.length, bytes: Buffer.from(letters.join("")), gzip: false };
    const part =
      failed.length === 0 ? undefined : await this.#put(`errors/${number}`, "ndjson", lines);
    const times = { firstAcceptedAt: AT, lastAcceptedAt: AT, cutAt: AT };
    const manifest: Manifest = {
      version: 1,
      stream: "prices",
      cut: number,
      records: sizeOf(ranges),
      ranges,
      object,
      failed: part,
      dropped,
      discovered: {},
      planHash: "p",
      ...times,
    };
    await this.announcements.publish(manifest);
    return manifest;
  }

  grow(shard: number, last: number): void {
    const before = this.truth[shard] ?? { shard, first: 1, last: 0 };
    this.truth[shard] = { ...before, last: Math.max(before.last, last) };
  }

  async #put(
    name: string,
    format: ObjectFormat,
    { rows: records, bytes, gzip }: { rows: number; bytes: Buffer; gzip: boolean },
  ): Promise<StoredPart> {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await this.store.put(name as ObjectName, [bytes]);
    const compression = gzip ? "gzip" : "none";
    const stored = { bytes: bytes.length, sha256 };
    return { name: name as ObjectName, format, compression, records, ...stored };
  }

  /** Loads a cut as the warehouse does, and runs the model over it. */
  async load(manifest: Manifest): Promise<void> {
    const { cut, object, failed, records } = manifest;
    const letters = await this.#letters(manifest);
    const name = object?.name ?? null;
    const line = await this.#insertRows("raw_prices", manifest, letters);
    for (const { shard, first } of letters) {
      const params = [`prices.${shard}.${first}`, failed?.name ?? null, cut];
      await this.sql(
        "INSERT INTO dead_letters VALUES (?, 'transform', NULL, NULL, NULL, ?, 1, ?)",
        params,
      );
    }
    const stored = [object?.bytes ?? 0, object?.sha256 ?? null];
    await this.sql(
      "INSERT INTO _loads VALUES (?, 'prices', ?, ?, ?, ?, 0, now()::TIMESTAMP, ?, ?, 'p')",
      [cut, cut, name, records, line, ...stored],
    );
    await this.sql(
      "INSERT INTO row_counts VALUES (?, 'prices', ?, ?, ?, 0, 0, 0, NULL, NULL, ?, ?)",
      [cut, line, line, line, cut, cut],
    );
  }

  async #letters({ failed }: Manifest): Promise<readonly ShardRange[]> {
    const bad = failed === undefined ? "" : String(await this.store.get(failed.name));
    return [...bad.matchAll(/prices\.(\d+)\.(\d+)/g)].map((match) =>
      run(Number(match[1]), Number(match[2]), Number(match[2])),
    );
  }

  async #insertRows(
    table: string,
    { cut, object, ranges, dropped }: Manifest,
    letters: readonly ShardRange[],
  ): Promise<number> {
    const rows = minus(toPlaces(ranges), toPlaces([...dropped, ...letters]));
    const values = [...eachPlace(rows, 10_000)].map(
      ({ shard, sequence }, index) =>
        `(1.5, 'e${shard}-${sequence}', ${shard}, ${sequence}, '${object?.name}', ${index + 1}, ${cut})`,
    );
    if (values.length > 0) {
      await this.sql(`INSERT INTO ${table} VALUES ${values.join(", ")}`);
    }
    return values.length;
  }

  /** What the objects of a cut give, as a loader would have it. */
  async #audit({ manifest, statements }: AuditRequest): Promise<AuditAnswer> {
    const { rows, letters } = AUDITED;
    await this.sql(`CREATE OR REPLACE TEMP TABLE ${rows} AS FROM raw_prices LIMIT 0`);
    await this.sql(`CREATE OR REPLACE TEMP TABLE ${letters} AS FROM dead_letters LIMIT 0`);
    const failed = await this.#letters(manifest);
    await this.#insertRows(rows, manifest, failed);
    for (const { shard, first } of failed) {
      const params = [`prices.${shard}.${first}`];
      await this.sql(
        `INSERT INTO ${letters} VALUES (?, 'transform', NULL, NULL, NULL, NULL, 1, 0)`,
        params,
      );
    }
    return await Promise.all(statements.map((statement) => this.sql(statement)));
  }

  async verify(given: VerifyOptions = {}): Promise<Verification> {
    const empty = { first: 1, last: 0, shard: 0 };
    const books = openBooks({
      clock: { now: () => this.now },
      sleep: async (ms) => {
        this.now = toInstant(this.now + ms);
        return await Promise.resolve();
      },
      planHash: "p",
      marks: this.marks,
      streams: [
        {
          name: "prices",
          table: "raw_prices",
          columns: ["price"],
          log: async () => structuredClone(this.truth),
          openReader: async () => readerOf(this.frames),
        },
        {
          name: "dead_letters",
          table: "dead_letters",
          columns: [],
          log: async () => [empty],
          openReader: async () => readerOf([]),
        },
      ],
      models: [{ name: "prices", streams: ["prices"] }],
      announcements: {
        ...this.announcements,
        newest: (stream) => this.announcements.newest(stream),
        publish: (manifest) => this.announcements.publish(manifest),
        read: (stream, cut) => {
          this.looked += 1;
          return this.announcements.read(stream, cut);
        },
      },
      store: this.store,
      audit: { audit: (request) => this.#audit(request) },
      query: { run: (text, options) => this.#run(text, options) },
    });
    return await books.verify({ deep: true, patienceMs: 0, ...given });
  }

  async #run(text: string, options?: QueryOptions): Promise<ResultSet> {
    if (this.down !== undefined) {
      throw this.down;
    }
    return { columns: [], rows: await this.sql(text, options?.params) };
  }

  /** The findings that do not balance. */
  async wrong(): Promise<readonly Finding[]> {
    const { findings } = await this.verify();
    return findings.filter(({ state }) => state !== "BALANCED");
  }
}

const TABLES = [
  "ATTACH ':memory:' AS warehouse",
  "USE warehouse",
  "CREATE MACRO md5_number_lower64(value) AS CAST('0x' || substr(md5(value), 17) AS UBIGINT)",
  `CREATE TABLE raw_prices (price DOUBLE, ${LINEAGE})`,
  `CREATE TABLE dead_letters (id VARCHAR, stage VARCHAR, ${LINEAGE})`,
  `CREATE TABLE _loads (load BIGINT, stream VARCHAR, cut BIGINT, object VARCHAR, records BIGINT, "rows" BIGINT,
    set_aside BIGINT, loaded_at TIMESTAMP, bytes BIGINT, sha256 VARCHAR, plan_hash VARCHAR, PRIMARY KEY (stream, cut))`,
  `CREATE TABLE _set_aside (stream VARCHAR, cut BIGINT, object VARCHAR, records BIGINT, code VARCHAR, cause VARCHAR,
    attempts BIGINT, set_aside_at TIMESTAMP, PRIMARY KEY (stream, cut))`,
  "CREATE TABLE _model_marks (model VARCHAR, source VARCHAR, position BIGINT)",
  `CREATE TABLE row_counts (run BIGINT, model VARCHAR, rows_in BIGINT, rows_out BIGINT, inserted BIGINT,
    updated BIGINT, duplicates BIGINT, set_aside BIGINT, started TIMESTAMP, finished TIMESTAMP, load_from BIGINT,
    load_to BIGINT)`,
];

function at(index: number): Position {
  return String(index) as Position;
}

function readerOf(frames: readonly Frame[]): StreamReader {
  return {
    oldest: async () => at(0),
    newest: async () => at(frames.length),
    read: async (from) =>
      frames
        .slice(Number(from), Number(from) + 2)
        .map((frame, i) => ({ ...frame, next: at(Number(from) + i + 1) })),
    wait: async () => false,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function encode(rows: readonly ShardRange[], format: ObjectFormat, gzip: boolean): Buffer {
  const places = [...eachPlace(rows, 10_000)];
  const csv = places.map(
    ({ shard, sequence }) =>
      `"a ""b"",\n${sequence}",e${shard}-${sequence},${shard},${sequence},2026,\n`,
  );
  const json = places.map(
    ({ shard, sequence: _sequence }) =>
      `${JSON.stringify({ note: "\n", _event_id: `e${shard}-${_sequence}`, _shard: shard, _sequence })}\n`,
  );
  const head = "note,_event_id,_shard,_sequence,_accepted_at,_extra\n";
  const text = Buffer.from(format === "csv" ? head + csv.join("") : json.join(""));
  return gzip ? gzipSync(text) : text;
}
