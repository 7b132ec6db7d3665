/** A modelled warehouse: tables in memory that outlive processes, changed by transactions that are kept whole or not at all. */

import { createHash } from "node:crypto";
import { assert } from "../../base/assert.ts";
import type { Disk } from "../../base/disk.ts";
import { Fault } from "../../base/faults.ts";
import { DEAD_LETTERS } from "../../base/record.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Manifest, StoredPart } from "../../seams/announce.ts";
import type { Loaded, LocalObjects, Warehouse } from "../../stages/warehouse/index.ts";
import type { Life } from "../../testing/simulated/schedule.ts";
import type { World } from "../world.ts";
import { decodeRows, type Members } from "./decode.ts";

/** A row of a table with its lineage. */
export interface HouseRow {
  readonly members: Members;
  readonly object: string;
  readonly line: number;
  readonly load: number;
  /** Of which stream's cut. */
  readonly stream: string;
}

export interface LedgerRow {
  readonly load: number;
  readonly manifest: Manifest;
  readonly rows: number;
}

/** A run of a model, as `row_counts` has it. */
export interface ModelRun {
  readonly model: string;
  readonly from: number;
  readonly to: number;
  readonly inserted: number;
  readonly updated: number;
}

export interface ModelTable {
  /** Event id → the row that counts. */
  readonly rows: Map<string, HouseRow>;
  position: number;
}

/** What a database file holds. */
export class HouseFile {
  readonly tables = new Map<string, HouseRow[]>();
  readonly letters: HouseRow[] = [];
  readonly ledger: LedgerRow[] = [];
  readonly models = new Map<string, ModelTable>();
  readonly runs: ModelRun[] = [];

  /** Rows of a stream's own table. */
  of(stream: string): HouseRow[] {
    const rows = this.tables.get(stream) ?? [];
    this.tables.set(stream, rows);
    return rows;
  }
}

export type LoadTarget = Pick<Warehouse, "load" | "totals" | "setAside" | "asides">;

const NOTHING = { cut: 0, records: 0, rows: 0, setAside: 0 };

export interface HouseProcess {
  readonly world: World;
  readonly life: Life;
  readonly disk: Disk;
}

/** The file as one process has it open. */
export class House implements LoadTarget {
  readonly file: HouseFile;
  readonly #process: HouseProcess;
  readonly #totals = new Map<string, typeof NOTHING>();
  /** Cuts that a planted bug passes over. */
  readonly #skipped = new Map<string, number>();

  constructor(file: HouseFile, process: HouseProcess) {
    this.file = file;
    this.#process = process;
    this.#recount();
  }

  totals(stream: string): typeof NOTHING {
    return this.#totals.get(stream) ?? NOTHING;
  }

  /** What fails here is the engine, which is mended by waiting. */
  async setAside({ name }: StreamPlan, { cut }: { readonly cut: number }): Promise<void> {
    assert(false, `cut ${cut} of ${name} can be loaded`);
  }

  asides(): readonly [] {
    return [];
  }

  async load(
    stream: StreamPlan,
    manifest: Manifest,
    objects: LocalObjects,
  ): Promise<Loaded | undefined> {
    const { cut } = this.totals(stream.name);
    if (manifest.cut <= cut) {
      return undefined;
    }
    assert(manifest.cut === cut + 1, "cuts of a stream are loaded in order");
    try {
      return await this.#load(stream, manifest, objects);
    } catch (thrown) {
      this.#recount();
      this.#process.world.replace.loadFailed(stream.name, () => {
        this.#skipped.set(stream.name, manifest.cut);
        this.#recount();
      });
      throw thrown;
    }
  }

  async #load(
    { name, table }: StreamPlan,
    manifest: Manifest,
    { object, failed }: LocalObjects,
  ): Promise<Loaded> {
    const { world, life } = this.#process;
    const rows = await this.#read(manifest.object, object);
    const letters = await this.#read(manifest.failed, failed);
    await this.pause();
    this.#refuseDown(table);
    const load = this.file.ledger.length + 1;
    const about = { load, stream: name };
    const target = name === DEAD_LETTERS ? this.file.letters : this.file.of(name);
    await world.replace.commit(
      [
        () => target.push(...toRows(rows, manifest.object, about)),
        () => this.file.letters.push(...toRows(letters, manifest.failed, about)),
        () => this.file.ledger.push({ load, manifest, rows: rows.length }),
      ],
      () => this.pause(),
    );
    world.note(`${life.name}: loads ${name} ${manifest.cut} as ${load}`);
    await this.pause();
    // The commit was kept, and the answer to it lost.
    this.#refuseDown(table);
    this.#recount();
    return { load, rows: rows.length, setAside: 0 };
  }

  /** A statement takes its time; a process that ends meanwhile never comes back from it. */
  async pause(): Promise<void> {
    const { world, life } = this.#process;
    const timers = world.schedule.timersOf(life);
    const ms = 20 * world.chance.next() ** 2;
    await new Promise<void>((resolve) => void timers.after(ms, resolve));
    world.note(`${life.name}: works`);
  }

  #refuseDown(table: string): void {
    const { engine, chance } = this.#process.world;
    if (engine.down || chance.happens(engine.fails)) {
      throw new Fault("LOAD_FAILED", { object: "", table, cause: "the engine does not answer" });
    }
  }

  async #read(part: StoredPart | undefined, path: string | undefined): Promise<readonly Members[]> {
    if (part === undefined || path === undefined) {
      return [];
    }
    const bytes = await this.#process.disk.readFile(path);
    const sha256 = createHash("sha256")
      .update(bytes ?? "")
      .digest("hex");
    if (bytes === undefined || sha256 !== part.sha256) {
      throw new Fault("OBJECT_DAMAGED", { name: part.name, cause: "its hash is another" });
    }
    const rows = decodeRows(bytes, part);
    if (rows.length !== part.records) {
      throw new Fault("OBJECT_DAMAGED", { name: part.name, cause: `it has ${rows.length} rows` });
    }
    return rows;
  }

  #recount(): void {
    this.#totals.clear();
    this.#skipped.forEach((cut, stream) => this.#totals.set(stream, { ...NOTHING, cut }));
    for (const { manifest, rows } of this.file.ledger) {
      const before = this.totals(manifest.stream);
      this.#totals.set(manifest.stream, {
        cut: Math.max(before.cut, manifest.cut),
        records: before.records + manifest.records,
        rows: before.rows + rows,
        setAside: 0,
      });
    }
  }
}

function toRows(
  rows: readonly Members[],
  part: StoredPart | undefined,
  about: { readonly load: number; readonly stream: string },
): HouseRow[] {
  return rows.map((members, index) => ({
    members,
    object: part?.name ?? "",
    line: index + 1,
    ...about,
  }));
}
