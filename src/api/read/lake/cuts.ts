/** Which delivered objects a question may find rows in: found by the manifests, without a listing and without opening one. */

import type { Announcements, Manifest } from "../../../seams/announce.ts";
import type { Filter } from "../sql.ts";

export interface LakeMeans {
  readonly announcements: Pick<Announcements, "read" | "newest">;
  /** The newest cut of a stream whose objects retention has removed; 0 when it has removed none. */
  readonly forgotten: (stream: string) => Promise<number>;
}

/** Cuts that are there: those before `first` are forgotten. */
export interface Extent {
  readonly first: number;
  readonly newest: number;
}

/** Milliseconds since 1970, both ends included. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const KEPT_MAX = 10_000;
/** How long an extent holds: what was delivered since is seen this much later. */
const EXTENT_MS = 500;

export class Cuts {
  readonly #means: LakeMeans;
  readonly #stream: string;
  /** A manifest never changes; the oldest known go first. */
  readonly #kept = new Map<number, Manifest>();
  #extent: { readonly at: number; readonly is: Promise<Extent> } | undefined;

  constructor(means: LakeMeans, stream: string) {
    this.#means = means;
    this.#stream = stream;
  }

  extent(): Promise<Extent> {
    const now = performance.now();
    if (this.#extent === undefined || now - this.#extent.at > EXTENT_MS) {
      const is = this.#look();
      this.#extent = { at: now, is };
      is.catch(() => (this.#extent = undefined));
    }
    return this.#extent.is;
  }

  async read(cut: number): Promise<Manifest | undefined> {
    const kept = this.#kept.get(cut);
    if (kept !== undefined) {
      return kept;
    }
    const manifest = await this.#means.announcements.read(this.#stream, cut);
    if (manifest !== undefined) {
      const [oldest] = this.#kept.size >= KEPT_MAX ? this.#kept.keys() : [];
      this.#kept.delete(oldest ?? 0);
      this.#kept.set(cut, manifest);
    }
    return manifest;
  }

  /**
   * Manifests with rows that may fit, from cut `from` on. A log's times never go back, nor do its cuts': the first one of
   * a span is found by halving, twenty looks in a million, and behind its last one none is looked at.
   */
  async *fitting(filters: readonly Filter[], from: number): AsyncGenerator<Manifest> {
    const { first, newest } = await this.extent();
    const span = spanOf(filters);
    const names = namesOf(filters);
    let cut = await this.#firstWithin(span, Math.max(first, from), newest);
    for (; cut <= newest; cut += 1) {
      const manifest = await this.read(cut);
      if (manifest === undefined || manifest.firstAcceptedAt > span.to) {
        return;
      }
      const { object } = manifest;
      if (object !== undefined && names?.has(object.name) !== false) {
        yield manifest;
      }
    }
  }

  async #firstWithin({ from }: Span, first: number, newest: number): Promise<number> {
    let [low, high] = [first, from === -Infinity ? first : newest + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const manifest = await this.read(middle);
      if (manifest !== undefined && manifest.lastAcceptedAt < from) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  async #look(): Promise<Extent> {
    const forgotten = await this.#means.forgotten(this.#stream);
    const newest = await this.#means.announcements.newest(this.#stream);
    return { first: forgotten + 1, newest };
  }
}

/** What filters of `_accepted_at` leave of time. */
function spanOf(filters: readonly Filter[]): Span {
  let [from, to] = [-Infinity, Infinity];
  for (const { column, match, values } of filters) {
    const times = column === "_accepted_at" ? values.map((value) => toTime(String(value))) : [];
    if (times.length > 0 && match !== "to") {
      from = Math.max(from, Math.min(...times));
    }
    if (times.length > 0 && match !== "from") {
      to = Math.min(to, Math.max(...times));
    }
  }
  return { from, to };
}

/** As the engine takes it: UTC where no offset is named. Microseconds are below what a manifest tells. */
function toTime(text: string): number {
  const zoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(text) || !text.includes(":");
  return Date.parse(zoned ? text : `${text.replace(" ", "T")}Z`);
}

function namesOf(filters: readonly Filter[]): ReadonlySet<string> | undefined {
  const named = filters.find(({ column, match }) => column === "_object" && match === "exact");
  return named && new Set(named.values.map(String));
}
