/** The warehouse in DuckDB: queries, loads, transactions for models, and numbers about them. */

import { availableParallelism, totalmem } from "node:os";
import type { DuckDBConnection } from "@duckdb/node-api";
import { type Clock, systemClock } from "../../../base/clock.ts";
import { assert, defined } from "../../../base/assert.ts";
import type { Plan, StreamPlan } from "../../../plan/plan.ts";
import type { Manifest, StoredPart } from "../../../seams/announce.ts";
import type { AuditAnswer } from "../../../seams/audit.ts";
import type { Execute } from "../../../seams/execute.ts";
import type { CutAside } from "../../../seams/meter.ts";
import type { Query } from "../../../seams/query.ts";
import { proveObject } from "../objects/proof.ts";
import {
  type AsideReason,
  type AuditedCut,
  type CutToPass,
  type Holding,
  type Loaded,
  type LoadTotals,
  type LocalObjects,
  toAside,
  totalsWith,
  type Warehouse,
} from "../warehouse.ts";
import { ASIDE_STATEMENT, readAsides, writeAside } from "./aside.ts";
import { type Engine, openEngine } from "./connect.ts";
import { openExecute } from "./execute.ts";
import { readNewestLoad, readTotals } from "./ledger.ts";
import { auditCut } from "./load/audit-cut.ts";
import { loadCut } from "./load/load-cut.ts";
import { readHoldings } from "./load/holdings.ts";
import { plainPath } from "./load/plain-path.ts";
import { readTexts, type TextRow, type WantedTexts } from "./load/read-texts.ts";
import { reloadCut } from "./load/reload-cut.ts";
import { overObject } from "./query/object-query.ts";
import { openQuery, type Queries } from "./query/run-query.ts";
import { ensureTables } from "./schema.ts";

export interface WarehouseOptions {
  /** The database's file; undefined keeps everything in memory, for tests. */
  readonly path?: string | undefined;
  /** Folders whose files loads may read: where the lake's local objects are. */
  readonly readable: readonly string[];
  readonly clock?: Clock;
  /** What the engine may hold in memory before it spills to `path`.tmp; a quarter of the machine's when left out. */
  readonly memoryBytes?: number;
  readonly threads?: number;
  /** How long to wait for the file while a former process still holds it. */
  readonly lockWaitMs?: number;
}

/** Models run in transactions of a connection. */
export interface SessionWarehouse extends Warehouse {
  execute(): Promise<Execute>;
  /** Rows of a local object as texts, for whoever sends them elsewhere. */
  texts(wanted: WantedTexts): AsyncIterable<readonly TextRow[]>;
}

const GIBIBYTE = 1_073_741_824;
const NONE: LoadTotals = { cut: 0, records: 0, rows: 0, setAside: 0 };

/** Throws WAREHOUSE_DOWN. */
export async function openWarehouse(options: WarehouseOptions): Promise<SessionWarehouse> {
  const engine = await openEngine({
    path: options.path,
    readable: options.readable,
    memoryBytes:
      options.memoryBytes ?? Math.max(GIBIBYTE / 2, Math.min(4 * GIBIBYTE, totalmem() / 4)),
    threads: options.threads ?? Math.min(4, availableParallelism()),
    lockWaitMs: options.lockWaitMs ?? 15_000,
  });
  const loader = await engine.connect();
  // Whoever opens the file asks for it, and not everybody makes the tables of a plan.
  await loader.run(ASIDE_STATEMENT);
  return new DuckWarehouse(engine, loader, options.clock ?? systemClock);
}

class DuckWarehouse implements SessionWarehouse {
  readonly query: Queries;
  readonly #engine: Engine;
  readonly #loader: DuckDBConnection;
  readonly #clock: Clock;
  #totals = new Map<string, LoadTotals>();
  #asides: ReadonlyMap<string, readonly CutAside[]> = new Map();
  #newest = 0;
  #loading = false;

  constructor(engine: Engine, loader: DuckDBConnection, clock: Clock) {
    this.#engine = engine;
    this.#loader = loader;
    this.#clock = clock;
    this.query = openQuery(engine, clock);
  }

  async ensure(plan: Plan): Promise<void> {
    await ensureTables(this.#loader, plan);
    await this.#recount();
  }

  async load(
    stream: StreamPlan,
    manifest: Manifest,
    objects: LocalObjects,
  ): Promise<Loaded | undefined> {
    assert(!this.#loading, "one load at a time keeps load numbers in the order of commits");
    const { cut } = this.totals(stream.name);
    const late = this.asides(stream.name).some((aside) => aside.cut === manifest.cut);
    if (manifest.cut <= cut && !late) {
      return undefined;
    }
    assert(late || manifest.cut === cut + 1, "cuts of a stream are loaded in order");
    this.#loading = true;
    try {
      return await this.#load(stream, { manifest, objects, late });
    } catch (thrown) {
      // A commit that failed may yet have been kept: what the ledger says holds.
      await this.#recount();
      throw thrown;
    } finally {
      this.#loading = false;
    }
  }

  async #load(
    stream: StreamPlan,
    {
      manifest,
      objects,
      late,
    }: {
      readonly manifest: Manifest;
      readonly objects: LocalObjects;
      readonly late: boolean;
    },
  ): Promise<Loaded> {
    const load = this.#newest + 1;
    // Proved while it is read: the transaction ends only when both are done.
    const proved = proveParts(manifest, objects);
    proved.catch(() => undefined);
    const staged = await this.#open(manifest, objects, (paths) =>
      loadCut({
        connection: this.#loader,
        stream,
        manifest,
        proved,
        ...paths,
        load,
        loadedAt: this.#clock.now(),
        late,
      }),
    );
    if (late) {
      await this.#recount();
      return { load, ...staged };
    }
    this.#newest = load;
    const before = this.totals(stream.name);
    this.#totals.set(stream.name, {
      cut: manifest.cut,
      records: before.records + manifest.records,
      rows: before.rows + staged.rows,
      setAside: before.setAside + staged.setAside,
    });
    return { load, ...staged };
  }

  async setAside(stream: StreamPlan, passed: CutToPass, reason: AsideReason): Promise<void> {
    assert(!this.#loading, "nothing is loaded while a cut is set aside");
    const { cut } = passed;
    const known = this.asides(stream.name).some((aside) => aside.cut === cut);
    assert(known || cut === this.totals(stream.name).cut + 1, "only the next cut is set aside");
    this.#loading = true;
    try {
      const aside = toAside(passed, reason, this.#clock.now());
      await writeAside(this.#loader, stream.name, aside);
    } finally {
      await this.#recount();
      this.#loading = false;
    }
  }

  asides(stream: string): readonly CutAside[] {
    return this.#asides.get(stream) ?? [];
  }

  async reload(stream: StreamPlan, manifest: Manifest, objects: LocalObjects): Promise<number> {
    assert(!this.#loading, "nothing else is loaded while rows are put back");
    this.#loading = true;
    try {
      await proveParts(manifest, objects);
      return await this.#open(manifest, objects, (paths) =>
        reloadCut({ connection: this.#loader, stream, manifest, ...paths }),
      );
    } finally {
      this.#loading = false;
    }
  }

  holdings(stream: StreamPlan): Promise<readonly Holding[]> {
    return readHoldings(this.#loader, stream);
  }

  /** Gives `work` the paths of a cut's local objects as the engine reads them. */
  async #open<T>(
    { object, failed }: Manifest,
    objects: LocalObjects,
    work: (paths: LocalObjects) => Promise<T>,
  ): Promise<T> {
    const { temporary } = this.#engine;
    await using rowsFile = await plainPath(objects.object ?? "", temporary);
    await using failedFile = await plainPath(objects.failed ?? "", temporary);
    return await work({
      object: object === undefined ? undefined : rowsFile.path,
      failed: failed === undefined ? undefined : failedFile.path,
    });
  }

  async #recount(): Promise<void> {
    this.#newest = await readNewestLoad(this.#loader);
    const asides = await readAsides(this.#loader);
    const ledger = await readTotals(this.#loader);
    const loaded = new Map(ledger.map(({ stream, ...totals }) => [stream, totals]));
    [this.#asides, this.#totals] = [asides, totalsWith(loaded, asides)];
  }

  audit(stream: StreamPlan, cut: AuditedCut, statements: readonly string[]): Promise<AuditAnswer> {
    return auditCut({ engine: this.#engine, stream, cut, statements });
  }

  over(stream: StreamPlan, part: StoredPart, path: string): Query {
    return overObject(this.query, { stream, part, path }, this.#engine.temporary);
  }

  totals(stream: string): LoadTotals {
    return this.#totals.get(stream) ?? NONE;
  }

  newestLoad(): number {
    return this.#newest;
  }

  texts(wanted: WantedTexts): AsyncIterable<readonly TextRow[]> {
    return readTexts(this.#engine, wanted);
  }

  execute(): Promise<Execute> {
    return openExecute(this.#engine);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.query[Symbol.asyncDispose]();
    this.#loader.closeSync();
    this.#engine.close();
  }
}

async function proveParts({ object, failed }: Manifest, objects: LocalObjects): Promise<void> {
  for (const [part, path] of [
    [object, objects.object],
    [failed, objects.failed],
  ] as const) {
    if (part !== undefined) {
      await proveObject(defined(path, "a manifest's part has a local object"), part);
    }
  }
}
