/** Log ↔ objects: each cut is made again from the log and held against the bytes in the lake, whatever the manifest says. */

import { causeOf, Fault } from "../../base/faults.ts";
import type { Manifest, StoredPart } from "../../seams/announce.ts";
import type { ObjectStore } from "../../seams/store.ts";
import { type Account, placeIds, showCount } from "../account.ts";
import { toPlaces } from "../ranges.ts";
import { type NamedRow, readRowsOf } from "./contents.ts";
import type { FoundHashes } from "./objects.ts";

/** What the log's records of a cut become now: a manifest of what was made, and its bytes. */
export interface MadeAgain {
  readonly manifest: Manifest;
  readonly object: Buffer;
  readonly failed: Buffer;
}

/** Makes an announced cut again; undefined when the log has no longer all of its records. */
export type MakeAgain = (manifest: Manifest) => Promise<MadeAgain | undefined>;

export interface MadeAgainMeans {
  readonly make: MakeAgain;
  /** Hash of the definition that makes them now. */
  readonly planHash: string;
  readonly store: ObjectStore;
  readonly account: Account;
}

type Kind = "object" | "failed";

export class MadeAgainBooks {
  readonly #means: MadeAgainMeans;
  #cuts = 0;
  #records = 0;
  #gone = 0;
  #earlier = 0;
  #unsteady = 0;

  constructor(means: MadeAgainMeans) {
    this.#means = means;
  }

  async compare(manifest: Manifest, found: FoundHashes): Promise<void> {
    const { make, account } = this.#means;
    try {
      const made = await make(manifest);
      if (made === undefined) {
        this.#gone += 1;
      } else if (await this.#judge(manifest, { made, found })) {
        this.#cuts += 1;
        this.#records += manifest.records;
        account.expected += manifest.records;
      }
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === "STREAM_POSITION_GONE") {
        this.#gone += 1;
      } else {
        account.unread(`cut ${manifest.cut} could not be made again: ${causeOf(thrown)}`);
      }
    }
  }

  /** What is said when nothing differs. */
  says(): string {
    const beside = [
      told(this.#gone, "older than what the log retains"),
      told(this.#earlier, "made by an earlier definition, which their hashes alone prove"),
      told(this.#unsteady, "of a transform that gives other rows each time, proved by hash alone"),
    ].filter((part) => part !== "");
    const made = `${showCount(this.#records)} record(s) of ${showCount(this.#cuts)} cut(s) made again from the log are the same bytes`;
    return `${[made, ...beside].join("; ")}.`;
  }

  /** Whether the cut could be judged at all. */
  async #judge(
    manifest: Manifest,
    { made, found }: { readonly made: MadeAgain; readonly found: FoundHashes },
  ): Promise<boolean> {
    const differing = (["object", "failed"] as const).filter(
      (kind) => made.manifest[kind]?.sha256 !== found[kind],
    );
    if (differing.length === 0) {
      return true;
    }
    const changed = differing.filter(
      (kind) => made.manifest[kind]?.sha256 !== manifest[kind]?.sha256,
    );
    if (changed.length > 0 && manifest.planHash !== this.#means.planHash) {
      this.#earlier += 1;
      return false;
    }
    if (changed.length > 0 && !(await this.#isSteady(manifest, made))) {
      this.#unsteady += 1;
      return false;
    }
    for (const kind of differing) {
      await this.#name(manifest, made, kind);
    }
    return true;
  }

  /** A transform that asks for the time or for chance makes other rows of the same records. */
  async #isSteady(manifest: Manifest, before: MadeAgain): Promise<boolean> {
    const again = (await this.#means.make(manifest))?.manifest;
    return (
      again?.object?.sha256 === before.manifest.object?.sha256 &&
      again?.failed?.sha256 === before.manifest.failed?.sha256
    );
  }

  async #name(manifest: Manifest, made: MadeAgain, kind: Kind): Promise<void> {
    const { account } = this.#means;
    const part = made.manifest[kind] ?? manifest[kind];
    const name = manifest[kind]?.name ?? part?.name;
    if (part === undefined) {
      return;
    }
    const owed = made.manifest[kind] && (await readRowsOf(made[kind], part));
    const has = await this.#rowsInLake(manifest[kind]);
    const what = `${kind === "failed" ? "failed records" : "object"} ${name}`;
    if (made.manifest[kind] !== undefined && owed === undefined) {
      const ids = placeIds(manifest.stream, toPlaces(manifest.ranges));
      account.missing(part.records, ids, `${what} has other bytes than the log makes`);
      account.extra(part.records, [], "which of its rows cannot be told from outside");
      return;
    }
    const lacking = beyond(owed ?? [], has);
    const beside = beyond(has, owed ?? []);
    account.missing(
      lacking.length,
      lacking,
      `${what} lacks or has changed ${lacking.length} row(s)`,
    );
    account.extra(
      beside.length,
      beside,
      `${what} has ${beside.length} row(s) that the log does not make`,
    );
    if (lacking.length + beside.length === 0) {
      account.unread(`${what} has the log's rows in other bytes`);
    }
  }

  async #rowsInLake(part: StoredPart | undefined): Promise<readonly NamedRow[]> {
    const bytes = part && (await this.#means.store.get(part.name));
    try {
      return bytes === undefined || part === undefined
        ? []
        : ((await readRowsOf(bytes, part)) ?? []);
    } catch {
      // Not even unpacked: none of its rows is there.
      return [];
    }
  }
}

/** Ids of the rows that `all` has more often than `less`. */
function beyond(all: readonly NamedRow[], less: readonly NamedRow[]): readonly string[] {
  const left = new Map<string, number>();
  for (const { name, hash } of less) {
    const row = `${name} ${hash}`;
    left.set(row, (left.get(row) ?? 0) + 1);
  }
  return all.flatMap(({ name, id, hash }) => {
    const row = `${name} ${hash}`;
    const rest = left.get(row) ?? 0;
    left.set(row, rest - 1);
    return rest > 0 ? [] : [id];
  });
}

function told(count: number, what: string): string {
  return count === 0 ? "" : `${showCount(count)} cut(s) ${what}`;
}
