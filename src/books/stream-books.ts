/** Closes the accounts of one stream: log ↔ lake ↔ warehouse ↔ dead letters, window by window of its cuts. */

import { causeOf } from "../base/faults.ts";
import { DEAD_LETTERS } from "../base/record.ts";
import { type Manifest, nameOfCut } from "../seams/announce.ts";
import type { Finding } from "../seams/verify.ts";
import { Account, showCount } from "./account.ts";
import { compareLedger, readAsides, readLedger } from "./accounts/ledger.ts";
import { compareLetters } from "./accounts/letters.ts";
import { walkLog } from "./accounts/log-walk.ts";
import { MadeAgainBooks } from "./accounts/made-again.ts";
import { checkContents, checkPresence, type FoundHashes } from "./accounts/objects.ts";
import { Values } from "./accounts/values.ts";
import { minus, sizeOf, toPlaces } from "./ranges.ts";
import type { ClosedStream, Maker, StreamMark, StreamMeans, Sums } from "./stream-account.ts";
import { type LoadedCut, readRows, type TableRows, wordsOf } from "./rows/places.ts";
import { compareRows, compareTotals, findForeign } from "./rows/rows.ts";
import { Tiling } from "./accounts/tiling.ts";

/** Cuts are compared by windows of so many words of places: a window's answer stays under a query's row limit. */
const WINDOW_WORDS = 32_768;
const WINDOW_CUTS = 4096;
/** Without `deep` so many of the newest objects are still read and hashed. */
const NEWEST_READ = 8;

const NOTHING: Sums = { rows: 0, dropped: 0, letters: 0, unloaded: 0, forgotten: 0 };

export class StreamBooks {
  readonly #means: StreamMeans;
  readonly #rows: TableRows;
  readonly #log: Account;
  readonly #lake: Account;
  readonly #warehouse: Account;
  readonly #letters: Account;
  readonly #made: Account;
  readonly #tiling: Tiling;
  readonly #values: Values | undefined;
  #again: MadeAgainBooks | undefined;
  readonly #sums: Sums;
  #mark: StreamMark | undefined;
  #newest = 0;

  constructor(means: StreamMeans) {
    const { name, table } = means.stream;
    this.#means = means;
    // The table of dead letters is fed by every stream; those set aside at the door came through their own.
    const only = name === DEAD_LETTERS ? "t.stage = 'check'" : "true";
    this.#rows = { stream: name, table, only };
    this.#log = new Account(`${name}: log ↔ lake`);
    this.#lake = new Account(`${name}: manifests ↔ objects`);
    this.#warehouse = new Account(`${name}: lake ↔ ${table}`);
    this.#letters = new Account(`${name}: set aside ↔ dead_letters`);
    this.#made = new Account(`${name}: log ↔ objects`);
    const { since } = means;
    this.#sums = { ...(since?.sums ?? NOTHING) };
    this.#mark = since;
    this.#lake.expected = since?.expected.lake ?? 0;
    this.#warehouse.expected = since?.expected.warehouse ?? 0;
    this.#letters.expected = since?.expected.letters ?? 0;
    this.#tiling = new Tiling(name, this.#log, since?.next);
    const { ask, audit, planHash } = means;
    const { columns } = means.stream;
    const [rows, account, letters] = [this.#rows, this.#warehouse, this.#letters];
    this.#values = audit && new Values({ ask, audit, rows, planHash, columns, account, letters });
  }

  async close(): Promise<ClosedStream> {
    const { announcements, stream, loaded, ask } = this.#means;
    await this.#guard(this.#lake, async () => {
      // The ledger may know cuts whose manifests are gone; they must be looked for, and missed.
      this.#newest = Math.max(await announcements.newest(stream.name), loaded.cut);
    });
    await using maker = await this.#openMaker();
    this.#again =
      maker &&
      new MadeAgainBooks({
        make: maker.make,
        planHash: this.#means.planHash,
        store: this.#means.store,
        account: this.#made,
      });
    await this.#walkCuts();
    await this.#guard(this.#warehouse, () =>
      this.#means.since === undefined || stream.name === DEAD_LETTERS
        ? findForeign(ask, this.#rows, this.#warehouse)
        : compareTotals(ask, this.#rows, this.#warehouse),
    );
    const waiting = await this.#closeLog();
    const fingerprint = await this.#fingerprint();
    return { findings: this.#findings(waiting, fingerprint), mark: this.#mark };
  }

  /** Some cuts that were closed before; what is wrong with them. */
  async lookAgain(from: number, to: number): Promise<readonly Finding[]> {
    const window: Manifest[] = [];
    for (let cut = from; cut <= to; cut += 1) {
      const manifest = await this.#readManifest(cut);
      window.push(...(manifest === undefined ? [] : [manifest]));
    }
    await this.#closeWindow(window);
    const accounts = [this.#lake, this.#warehouse, this.#letters];
    return accounts.map((one) => one.close("")).filter(({ state }) => state !== "BALANCED");
  }

  /** Only a deep closing makes every cut again. */
  async #openMaker(): Promise<Maker | undefined> {
    const { deep, stream } = this.#means;
    let maker: Maker | undefined;
    if (deep) {
      await this.#guard(this.#made, async () => {
        maker = await stream.openMaker?.();
      });
    }
    return maker;
  }

  /** A look that fails makes its account unverified, and no other. */
  async #guard(account: Account, look: () => Promise<void>): Promise<boolean> {
    try {
      await look();
      return true;
    } catch (thrown) {
      this.#means.ask.signal?.throwIfAborted();
      account.unread(`it could not be looked at: ${causeOf(thrown)}`);
      return false;
    }
  }

  async #walkCuts(): Promise<void> {
    let window: Manifest[] = [];
    let words = 0;
    const { loaded, since } = this.#means;
    for (let cut = (since?.cut ?? 0) + 1; cut <= this.#newest; cut += 1) {
      const manifest = await this.#readManifest(cut);
      if (manifest === undefined) {
        continue;
      }
      if (cut === loaded.cut + 1) {
        await this.#closeWindow(window);
        this.#markHere(loaded.cut);
        window = [];
        words = 0;
      }
      const more = wordsOf(manifest.ranges);
      if (words + more > WINDOW_WORDS || window.length >= WINDOW_CUTS) {
        await this.#closeWindow(window);
        window = [];
        words = 0;
      }
      window.push(manifest);
      words += more;
      this.#tiling.add(manifest);
    }
    await this.#closeWindow(window);
    if (this.#newest === loaded.cut && this.#newest > 0) {
      this.#markHere(loaded.cut);
    }
  }

  /** Everything up to here is loaded and was compared. */
  #markHere(cut: number): void {
    const [lake, warehouse] = [this.#lake.expected, this.#warehouse.expected];
    const expected = { lake, warehouse, letters: this.#letters.expected };
    const again = this.#means.since?.again ?? 1;
    this.#mark = { cut, next: this.#tiling.next(), expected, sums: { ...this.#sums }, again };
  }

  async #readManifest(cut: number): Promise<Manifest | undefined> {
    const { announcements, stream, ask } = this.#means;
    ask.signal?.throwIfAborted();
    let manifest: Manifest | undefined;
    await this.#guard(this.#lake, async () => {
      manifest = await announcements.read(stream.name, cut);
      if (manifest === undefined) {
        this.#lake.unread(`the manifest of cut ${cut} is gone`);
      }
    });
    return manifest;
  }

  async #closeWindow(window: readonly Manifest[]): Promise<void> {
    if (window.length === 0) {
      return;
    }
    for (const manifest of window) {
      this.#sums.dropped += sizeOf(toPlaces(manifest.dropped));
    }
    const { store, ask } = this.#means;
    const isForgotten = async (cut: number): Promise<boolean> => cut <= (await this.#forgot());
    const check = { store, account: this.#lake, signal: ask.signal, isForgotten };
    const forgotten = await this.#forgot();
    const kept = window.filter(({ cut }) => cut > forgotten);
    this.#sums.forgotten += window.length - kept.length;
    await this.#guard(this.#lake, () => checkPresence(check, kept));
    const found = new Map<number, FoundHashes>();
    for (const manifest of kept.filter(({ cut }) => this.#isRead(cut))) {
      await this.#guard(this.#lake, async () => {
        const hashes = await checkContents(check, manifest);
        found.set(manifest.cut, hashes);
        await this.#again?.compare(manifest, hashes);
      });
    }
    await this.#guard(this.#warehouse, () => this.#closeRows(window, found));
  }

  async #forgot(): Promise<number> {
    return (await this.#means.stream.forgotten?.()) ?? 0;
  }

  #isRead(cut: number): boolean {
    return this.#means.deep || cut > this.#newest - NEWEST_READ;
  }

  async #closeRows(
    window: readonly Manifest[],
    found: ReadonlyMap<number, FoundHashes>,
  ): Promise<void> {
    const { ask, stream, loaded, deep } = this.#means;
    const from = window[0]?.cut ?? 0;
    const to = Math.min(window.at(-1)?.cut ?? 0, loaded.cut);
    const ledger = await readLedger(ask, stream.name, { from, to });
    const asides = await readAsides(ask, stream.name, { from, to });
    const cuts: LoadedCut[] = [];
    for (const manifest of window) {
      const row = ledger.get(manifest.cut);
      if (row !== undefined) {
        compareLedger(manifest, row, this.#warehouse);
        cuts.push({ manifest, loaded: row });
      } else if (manifest.cut <= loaded.cut) {
        this.#missLoad(manifest, asides.get(manifest.cut));
      } else {
        this.#sums.unloaded += manifest.records - sizeOf(toPlaces(manifest.dropped));
      }
    }
    if (cuts.length === 0) {
      return;
    }
    const places = await readRows(ask, this.#rows, cuts);
    for (const cut of cuts) {
      const hashes = deep || cut.loaded.cut === loaded.cut ? found.get(cut.loaded.cut) : undefined;
      const lacking = hashes && (await this.#compareValues(cut, hashes));
      const means = { ask, rows: this.#rows, account: this.#warehouse, lacking };
      this.#sums.rows += await compareRows(means, cut, places.get(cut.loaded.cut));
    }
    await this.#guard(this.#letters, async () => {
      this.#sums.letters += await compareLetters(ask, cuts, this.#letters);
    });
  }

  /** Later cuts are loaded and this one is not: it was set aside, or nothing will load it any more. */
  #missLoad(manifest: Manifest, aside: string | undefined): void {
    const delivered = minus(toPlaces(manifest.ranges), toPlaces(manifest.dropped));
    this.#warehouse.expected += sizeOf(delivered);
    const remark =
      aside === undefined
        ? `cut ${manifest.cut} was passed over: the ledger has later ones`
        : `cut ${manifest.cut}, ${nameOfCut(manifest)}, is set aside: ${aside.replace(/\.$/, "")}`;
    this.#warehouse.missingPlaces(manifest.stream, delivered, remark);
  }

  /** Places may agree while values do not. */
  async #compareValues(cut: LoadedCut, found: FoundHashes): Promise<readonly string[] | undefined> {
    const { object, failed } = cut.manifest;
    try {
      return await this.#values?.compare(cut);
    } catch (thrown) {
      this.#means.ask.signal?.throwIfAborted();
      // An object that is damaged is told of by its own account; here it only means that there is nothing to compare.
      if (found.object === object?.sha256 && found.failed === failed?.sha256) {
        const name = nameOfCut(cut.manifest);
        this.#warehouse.unread(`the rows of ${name} could not be compared: ${causeOf(thrown)}`);
      }
      return undefined;
    }
  }

  async #closeLog(): Promise<number> {
    const { stream, deep, ask } = this.#means;
    let waiting = 0;
    await this.#guard(this.#log, async () => {
      waiting = sizeOf(this.#tiling.close(await stream.log()));
    });
    if (deep) {
      await this.#guard(this.#log, async () => {
        await using reader = await stream.openReader();
        const { name, log: truth } = stream;
        await walkLog({ stream: name, reader, truth, signal: ask.signal }, this.#log);
      });
    }
    return waiting;
  }

  /** Said of the rows whose values were compared; an online closing, which compares a few, does not hash them. */
  async #fingerprint(): Promise<string> {
    let says = "";
    await this.#guard(this.#warehouse, async () => {
      if (this.#values !== undefined && this.#means.since === undefined) {
        const { rows, sum } = await this.#values.fingerprint();
        const shown = `${showCount(rows)} compared by value, fingerprint ${sum.toString(16)}`;
        says = rows === 0 ? "" : `; ${shown}`;
      }
    });
    return says;
  }

  #findings(waiting: number, fingerprint: string): readonly Finding[] {
    const { rows, dropped, letters, unloaded, forgotten } = this.#sums;
    const onTheWay = waiting + unloaded;
    const parts = [
      `${showCount(rows)} row(s)`,
      `${showCount(dropped)} dropped by the transform`,
      `${showCount(letters)} set aside`,
      `${showCount(onTheWay)} on the way`,
    ];
    const log = showCount(this.#log.expected);
    const uncut = waiting === 0 ? "" : `; ${showCount(waiting)} wait for their cut`;
    const objects = showCount(this.#lake.expected);
    const read = this.#means.deep ? "all read and hashed" : "all there, the newest hashed";
    const unread = unloaded === 0 ? "" : `; ${showCount(unloaded)} wait for their load`;
    const gone =
      forgotten === 0 ? "" : `; retention removed the objects of ${showCount(forgotten)} cut(s)`;
    const again = this.#again;
    return [
      this.#log.close(`${log} record(s), each in one cut${uncut}.`),
      ...(again === undefined && this.#made.isRead ? [] : [this.#made.close(again?.says() ?? "")]),
      this.#lake.close(`${objects} record(s) in objects, ${read}${unread}${gone}.`),
      this.#warehouse.close(`${log} accepted = ${parts.join(" + ")}${fingerprint}.`),
      this.#letters.close(`${showCount(letters)} record(s), each a dead letter.`),
    ];
  }
}
