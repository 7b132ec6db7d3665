/** The warehouse in Snowflake: queries, loads, batches for models, and numbers about them. */

import { assert, defined } from "../../../base/assert.ts";
import { type Clock, systemClock } from "../../../base/clock.ts";
import type { Plan, StreamPlan } from "../../../plan/plan.ts";
import type { Manifest, StoredPart } from "../../../seams/announce.ts";
import type { AuditAnswer } from "../../../seams/audit.ts";
import type { BatchExecute } from "../../../seams/execute.ts";
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
import { readAsides, writeAside } from "./aside.ts";
import type { Running, Transport } from "./client/transport.ts";
import { openExecute } from "./execute.ts";
import { readLedger } from "./ledger.ts";
import { auditCut } from "./load/audit-cut.ts";
import { readHoldings } from "./load/holdings.ts";
import { type CutToLoad, loadCut } from "./load/load-cut.ts";
import { reloadCut } from "./load/reload-cut.ts";
import type { CutToBring, Way } from "./load/way.ts";
import { openQuery } from "./query/run-query.ts";
import { ensureTables, type Owner } from "./schema.ts";

export interface TablesOptions {
  readonly transport: Transport;
  /** The address, for people. */
  readonly address: string;
  /** Whose tables these are. */
  readonly owner: Owner;
  /** How a cut's objects come to Snowflake. */
  readonly way: Way;
  /** Reads single objects on this machine: for them no warehouse is woken. */
  readonly reader: Pick<Warehouse, "over"> & AsyncDisposable;
  readonly clock?: Clock;
}

/** A load of the largest cut takes seconds; a warehouse that sleeps wakes in as many. */
const RUNNING: Running = { timeoutMs: 600_000 };

/** What it needs to be asked for is asked when it is used first: `ensure` says what is wrong with the way there. */
export function openTables(options: TablesOptions): Warehouse {
  return new SnowflakeWarehouse(options);
}

class SnowflakeWarehouse implements Warehouse {
  readonly query: Query & AsyncDisposable;
  readonly #options: TablesOptions;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #standing: Standing;
  #ensured = false;

  constructor(options: TablesOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#clock = options.clock ?? systemClock;
    this.query = openQuery(this.#transport, this.#clock);
    this.#standing = new Standing(() => this.#count());
  }

  async ensure(plan: Plan): Promise<void> {
    const { owner, address, way } = this.#options;
    const transport = this.#transport;
    await ensureTables({ transport, running: RUNNING, plan, owner, address });
    await way.prepare(transport, RUNNING);
    this.#ensured = true;
    await this.#standing.recount();
  }

  async load(
    stream: StreamPlan,
    manifest: Manifest,
    objects: LocalObjects,
  ): Promise<Loaded | undefined> {
    return await this.#standing.load(manifest, async ({ load, late }) => {
      await using cut = await this.#bring({ stream, manifest, objects, inTurn: !late });
      const { id } = this.#options.owner;
      return await loadCut({ ...cut, load, loadedAt: this.#clock.now() }, id);
    });
  }

  async setAside(stream: StreamPlan, passed: CutToPass, reason: AsideReason): Promise<void> {
    await this.#standing.setAside(stream.name, passed.cut, async () => {
      const aside = toAside(passed, reason, this.#clock.now());
      await this.#transport.script(writeAside(stream.name, aside), RUNNING);
    });
  }

  asides(stream: string): readonly CutAside[] {
    return this.#standing.asides(stream);
  }

  async reload(stream: StreamPlan, manifest: Manifest, objects: LocalObjects): Promise<number> {
    return await this.#standing.alone(async () => {
      await using cut = await this.#bring({ stream, manifest, objects, inTurn: false });
      return await reloadCut(cut);
    });
  }

  holdings(stream: StreamPlan): Promise<readonly Holding[]> {
    return readHoldings(this.#transport, stream, RUNNING);
  }

  /** Proves a cut's local objects and brings them to where Snowflake reads. */
  async #bring(
    given: Pick<CutToBring, "stream" | "manifest" | "objects" | "inTurn">,
  ): Promise<Omit<CutToLoad, "load" | "loadedAt"> & AsyncDisposable> {
    const { manifest, objects } = given;
    for (const [part, path] of [
      [manifest.object, objects.object],
      [manifest.failed, objects.failed],
    ] as const) {
      if (part !== undefined) {
        await proveObject(defined(path, "a manifest's part has a local object"), part);
      }
    }
    return await this.#come(given);
  }

  async #come(
    given: Pick<CutToBring, "stream" | "manifest" | "objects" | "inTurn">,
  ): Promise<Omit<CutToLoad, "load" | "loadedAt"> & AsyncDisposable> {
    assert(this.#ensured, "a warehouse is ensured before it loads");
    const cut = { ...given, transport: this.#transport, running: RUNNING };
    const brought = await this.#options.way.bring(cut);
    return { ...cut, brought, [Symbol.asyncDispose]: () => brought[Symbol.asyncDispose]() };
  }

  async #count(): Promise<Counted> {
    const ledger = await readLedger(this.#transport, RUNNING);
    return { ...ledger, asides: await readAsides(this.#transport, RUNNING) };
  }

  async audit(
    stream: StreamPlan,
    audited: AuditedCut,
    statements: readonly string[],
  ): Promise<AuditAnswer> {
    const { manifest, object, failed, load, loadedAt } = audited;
    const objects = { object, failed };
    await using cut = await this.#come({ stream, manifest, objects, inTurn: false });
    return await auditCut({ ...cut, load, loadedAt }, statements);
  }

  over(stream: StreamPlan, part: StoredPart, path: string): Query {
    return this.#options.reader.over(stream, part, path);
  }

  totals(stream: string): LoadTotals {
    return this.#standing.totals(stream);
  }

  newestLoad(): number {
    return this.#standing.newest;
  }

  async execute(): Promise<BatchExecute> {
    return openExecute(this.#transport);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.query[Symbol.asyncDispose]();
    await this.#transport[Symbol.asyncDispose]();
    await this.#options.reader[Symbol.asyncDispose]();
  }
}
