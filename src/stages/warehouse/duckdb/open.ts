/** The warehouse in DuckDB: queries, loads, transactions for models, and numbers about them. */

import { availableParallelism, totalmem } from "node:os";
import type { DuckDBConnection } from "@duckdb/node-api";
import { type Clock, systemClock } from "../../../base/clock.ts";
import { defined } from "../../../base/assert.ts";
import type { Plan, StreamPlan } from "../../../plan/plan.ts";
import type { Manifest, StoredPart } from "../../../seams/announce.ts";
import type { AuditAnswer } from "../../../seams/audit.ts";
import type { Execute } from "../../../seams/execute.ts";
import type { CutAside } from "../../../seams/meter.ts";
import type { Query } from "../../../seams/query.ts";
import { proveObject } from "../objects/proof.ts";
import { type Counted, Standing } from "../standing.ts";
import {
  type AsideReason,
  type AuditedCut,
  type CutToPass,
  type Holding,
  type Loaded,
  type LoadTotals,
  type LocalObjects,
  toAside,
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
  readonly #standing: Standing;

  constructor(engine: Engine, loader: DuckDBConnection, clock: Clock) {
    this.#engine = engine;
    this.#loader = loader;
    this.#clock = clock;
    this.query = openQuery(engine, clock);
    this.#standing = new Standing(() => this.#count());
  }

  async ensure(plan: Plan): Promise<void> {
    await ensureTables(this.#loader, plan);
    await this.#standing.recount();
  }

  async load(
    stream: StreamPlan,
    manifest: Manifest,
    objects: LocalObjects,
  ): Promise<Loaded | undefined> {
    return await this.#standing.load(manifest, async (turn) => {
      // Proved while it is read: the transaction ends only when both are done.
      const proved = proveParts(manifest, objects);
      proved.catch(() => undefined);
      const cut = { connection: this.#loader, stream, manifest, proved, ...turn };
      return await this.#open(manifest, objects, (paths) =>
        loadCut({ ...cut, ...paths, loadedAt: this.#clock.now() }),
      );
    });
  }

  async setAside(stream: StreamPlan, passed: CutToPass, reason: AsideReason): Promise<void> {
    await this.#standing.setAside(stream.name, passed.cut, async () => {
      await writeAside(this.#loader, stream.name, toAside(passed, reason, this.#clock.now()));
    });
  }

  asides(stream: string): readonly CutAside[] {
    return this.#standing.asides(stream);
  }

  async reload(stream: StreamPlan, manifest: Manifest, objects: LocalObjects): Promise<number> {
    return await this.#standing.alone(async () => {
      await proveParts(manifest, objects);
      return await this.#open(manifest, objects, (paths) =>
        reloadCut({ connection: this.#loader, stream, manifest, ...paths }),
      );
    });
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

  async #count(): Promise<Counted> {
    const newest = await readNewestLoad(this.#loader);
    const asides = await readAsides(this.#loader);
    const ledger = await readTotals(this.#loader);
    const totals = new Map(ledger.map(({ stream, ...loaded }) => [stream, loaded]));
    return { newest, totals, asides };
  }

  audit(stream: StreamPlan, cut: AuditedCut, statements: readonly string[]): Promise<AuditAnswer> {
    return auditCut({ engine: this.#engine, stream, cut, statements });
  }

  over(stream: StreamPlan, part: StoredPart, path: string): Query {
    return overObject(this.query, { stream, part, path }, this.#engine.temporary);
  }

  totals(stream: string): LoadTotals {
    return this.#standing.totals(stream);
  }

  newestLoad(): number {
    return this.#standing.newest;
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
