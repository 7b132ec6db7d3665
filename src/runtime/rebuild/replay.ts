/** Records that the log retains, brought again as far as they are missing: objects from the log, rows from objects. */

import { createHash } from "node:crypto";
import { systemClock } from "../../base/clock.ts";
import { causeOf, Fault } from "../../base/faults.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import { type Manifest, nameOfCut, type StoredPart } from "../../seams/announce.ts";
import type { Position } from "../../seams/consume.ts";
import { type PoisonedRecord, remakeParts, type Remade } from "../../stages/delivery/index.ts";
import { forgottenCut, type Lake, openLake } from "../../stages/lake/index.ts";
import { forgetRuns } from "../../stages/models/index.ts";
import type { LogReader } from "../../stages/stream/index.ts";
import { type Holding, type Warehouse } from "../../stages/warehouse/index.ts";
import { openDataFolder, readOwner } from "../data-folder.ts";
import { poisonedRecords } from "../delivery/poisoned.ts";
import { openFront } from "../front.ts";
import { openHouse } from "../warehouse/open-house.ts";
import { runModels, withObjects } from "./fill.ts";
import { isWithin, type Span } from "./range.ts";

export interface ReplayOptions extends Span {
  readonly data: string;
  /** The definition to replay with; the one of the last start when left out. */
  readonly pipeline: string | undefined;
  readonly stream: string;
}

/** A cut that could not be made whole, and why. */
export interface Unable {
  readonly cut: number;
  readonly object: string;
  readonly why: string;
}

export interface Replayed {
  readonly stream: string;
  /** Cuts that the span touches, and their records. */
  readonly cuts: number;
  readonly records: number;
  /** Objects made again from the log. */
  readonly objects: readonly string[];
  /** Rows and dead letters put back into the warehouse. */
  readonly rows: number;
  /** Cuts that were set aside and are loaded now. */
  readonly loaded: number;
  /** Models made anew, because rows came back under what they had taken in. */
  readonly models: number;
  readonly unable: readonly Unable[];
  readonly tookMs: number;
}

interface House {
  readonly plan: Plan;
  readonly stream: StreamPlan;
  readonly reader: LogReader;
  readonly lake: Lake;
  readonly warehouse: Warehouse;
  readonly poisoned: readonly PoisonedRecord[];
}

/**
 * Deletes nothing and doubles nothing: an object is stored only if it has the very bytes that were announced, and a row
 * is put back only where its place in the table is empty. Needs a data folder on which nothing runs; may be repeated.
 * Throws DATA_MISSING, DATA_LOCKED, STREAM_UNKNOWN, MODEL_FAILED and what a definition can get wrong.
 */
export async function replayStream(options: ReplayOptions): Promise<Replayed> {
  const started = systemClock.now();
  const plan = await loadPlan(options.pipeline ?? readOwner(options.data).file);
  const stream = findStream(plan, options.stream);
  using folder = openDataFolder(options.data, plan.name);
  const { paths } = folder;
  await using front = await openFront({ plan, paths, clock: systemClock });
  await using reader = await front.reader(stream.name);
  await using lake = await openLake({ place: paths.lake, writes: true });
  await using warehouse = await openHouse(paths);
  await warehouse.ensure(plan);
  const poisoned = poisonedRecords(paths.delivery, { hash: plan.hash, stream: stream.name });
  const replay = new Replay({ plan, stream, reader, lake, warehouse, poisoned });
  return { ...(await replay.run(options)), tookMs: systemClock.now() - started };
}

function findStream(plan: Plan, name: string): StreamPlan {
  const stream = plan.streams.find((one) => one.name === name);
  if (stream === undefined) {
    const known = plan.streams.map((one) => one.name).join(", ");
    throw new Fault("STREAM_UNKNOWN", { stream: name, known });
  }
  return stream;
}

class Replay {
  readonly #house: House;
  readonly #objects: string[] = [];
  readonly #unable: Unable[] = [];
  #rows = 0;
  #loaded = 0;
  #forgot = false;

  constructor(house: House) {
    this.#house = house;
  }

  async run(span: Span): Promise<Omit<Replayed, "tookMs">> {
    const { stream, lake, warehouse } = this.#house;
    const holdings = new Map((await warehouse.holdings(stream)).map((one) => [one.cut, one]));
    const newest = Math.max(await lake.announcements.newest(stream.name), ...holdings.keys());
    let [cuts, records] = [0, 0];
    const forgotten = await forgottenCut(lake.inner, stream.name);
    for (let cut = 1; cut <= newest; cut += 1) {
      const manifest = await this.#readManifest(cut);
      if (manifest !== undefined && isWithin(manifest, span)) {
        cuts += 1;
        records += manifest.records;
        await (cut > forgotten
          ? this.#mend(manifest, holdings.get(cut))
          : this.#giveUp(manifest, holdings.get(cut)));
      }
    }
    const ran = this.#forgot || this.#loaded > 0 ? await runModels(this.#house) : 0;
    const models = this.#forgot ? ran : 0;
    const [objects, rows, loaded, unable] = [this.#objects, this.#rows, this.#loaded, this.#unable];
    return { stream: stream.name, cuts, records, objects, rows, loaded, models, unable };
  }

  async #readManifest(cut: number): Promise<Manifest | undefined> {
    const { lake, stream } = this.#house;
    try {
      const manifest = await lake.announcements.read(stream.name, cut);
      if (manifest === undefined) {
        const why = "its manifest is gone; restore it from a copy of the lake";
        this.#unable.push({ cut, object: "", why });
      }
      return manifest;
    } catch (thrown) {
      this.#unable.push({ cut, object: "", why: causeOf(thrown) });
      return undefined;
    }
  }

  /** What retention removed on purpose is not made again. */
  #giveUp(manifest: Manifest, holding: Holding | undefined): void {
    if (holding !== undefined && isShort(manifest, holding)) {
      const { cut, object } = manifest;
      const why = "the lake's retention removed its objects; restore the rows from a copy";
      this.#unable.push({ cut, object: object?.name ?? "", why });
    }
  }

  async #mend(manifest: Manifest, holding: Holding | undefined): Promise<void> {
    const broken = await this.#broken(manifest);
    const whole = broken.length === 0 || (await this.#remake(manifest, broken));
    // A cut that is not loaded yet is loaded by the next start, as ever.
    if (whole && this.#isAside(manifest)) {
      await this.#loadLate(manifest);
    } else if (whole && holding !== undefined && isShort(manifest, holding)) {
      await this.#reload(manifest);
    }
  }

  /** Objects of a cut that are missing or have other bytes. */
  async #broken({ object, failed }: Manifest): Promise<readonly StoredPart[]> {
    const broken: StoredPart[] = [];
    for (const part of [object, failed]) {
      if (part !== undefined && !(await this.#isWhole(part))) {
        broken.push(part);
      }
    }
    return broken;
  }

  async #isWhole({ name, sha256 }: StoredPart): Promise<boolean> {
    const bytes = await this.#house.lake.store.get(name);
    return bytes !== undefined && createHash("sha256").update(bytes).digest("hex") === sha256;
  }

  async #remake(manifest: Manifest, broken: readonly StoredPart[]): Promise<boolean> {
    const remade = await this.#remakeFromLog(manifest, broken);
    if (remade === "made") {
      this.#objects.push(...broken.map(({ name }) => name));
      return true;
    }
    const object = broken.map(({ name }) => name).join(", ");
    this.#unable.push({ cut: manifest.cut, object, why: WHY[remade] });
    return false;
  }

  async #remakeFromLog(manifest: Manifest, broken: readonly StoredPart[]): Promise<Remade> {
    const { stream, reader, lake, poisoned } = this.#house;
    const retained = await reader.firstSequences();
    if (manifest.ranges.some(({ shard, first }) => first < (retained[shard] ?? 1))) {
      return "gone";
    }
    const remake = (from: Position): Promise<Remade> =>
      remakeParts(manifest, broken, { stream, reader, from, store: lake.store, poisoned });
    const remade = await remake(await reader.positionAt(manifest.firstAcceptedAt));
    // A clock that jumped back makes the place found by time too late: then the whole log is looked through.
    return remade === "gone" ? await remake(await reader.oldest()) : remade;
  }

  #isAside({ cut }: Manifest): boolean {
    const { warehouse, stream } = this.#house;
    return warehouse.asides(stream.name).some((aside) => aside.cut === cut);
  }

  /** As a load of its own, the newest: models take it in as they take in any. */
  async #loadLate(manifest: Manifest): Promise<void> {
    const { stream, lake, warehouse } = this.#house;
    try {
      const loaded = await withObjects(lake, manifest, (objects) =>
        warehouse.load(stream, manifest, objects),
      );
      this.#rows += (loaded?.rows ?? 0) + (loaded?.setAside ?? 0) + (manifest.failed?.records ?? 0);
      this.#loaded += 1;
    } catch (thrown) {
      const why = causeOf(thrown);
      this.#unable.push({ cut: manifest.cut, object: nameOfCut(manifest), why });
    }
  }

  async #reload(manifest: Manifest): Promise<void> {
    const { stream, lake, warehouse } = this.#house;
    try {
      // Before the first row comes back: if this is cut off, the next start makes the models anew.
      await this.#forgetRuns();
      this.#rows += await withObjects(lake, manifest, (objects) =>
        warehouse.reload(stream, manifest, objects),
      );
    } catch (thrown) {
      const { cut, object } = manifest;
      this.#unable.push({ cut, object: object?.name ?? "", why: causeOf(thrown) });
    }
  }

  async #forgetRuns(): Promise<void> {
    if (!this.#forgot) {
      await using execute = await this.#house.warehouse.execute();
      await forgetRuns(execute);
      this.#forgot = true;
    }
  }
}

const WHY: Readonly<Record<Exclude<Remade, "made">, string>> = {
  gone: "the log no longer holds all of its records; restore the object from a copy",
  other:
    "the pipeline has changed since and makes other bytes of its records; restore it from a copy",
};

function isShort({ failed }: Manifest, holding: Holding): boolean {
  const { rows, setAside, rowsFound, lettersFound } = holding;
  return rowsFound < rows || lettersFound < setAside + (failed?.records ?? 0);
}
