/** Puts small objects of loaded cuts together, a pack at a time; every step may be repeated, and none loses a byte. */

import { createHash } from "node:crypto";
import type { Clock } from "../../../base/clock.ts";
import { Fault } from "../../../base/faults.ts";
import type { ObjectName } from "../../../base/object-name.ts";
import type { Announcements, Manifest, StoredPart } from "../../../seams/announce.ts";
import type { ObjectStore } from "../../../seams/store.ts";
import { type Candidate, choose, type Group, isDue } from "./choose.ts";
import { type Pack, type PackMember, packNames, packText } from "./pack-index.ts";
import type { Shelf } from "./shelf.ts";

/** The steps of a pack in their order; each is on disk when it is told. */
export type PackStep = "packed" | "told" | "removing" | "removed" | "noted";

export interface CompactorOptions {
  /** What really lies in the lake. */
  readonly store: ObjectStore;
  readonly shelf: Shelf;
  readonly announcements: Announcements;
  readonly clock: Clock;
  /** Told after each step; tests kill the process here. */
  readonly onStep?: (step: PackStep) => void;
}

export interface LakeSettings {
  readonly compaction: "on" | "off";
  readonly target: number;
  readonly after: number;
}

export interface CompactionMeter {
  /** Packs made and objects put into them, in this life. */
  readonly packs: number;
  readonly objects: number;
  readonly bytes: number;
}

/** Manifests read in one turn, and objects in one pack. */
const CUTS_PER_TURN = 256;
const MEMBERS_MAX = 4096;
const MARKS = "_packed";

type Kind = "object" | "failed";

interface Lane {
  /** The cut that is looked at next, and the one from which the next life begins. */
  next: number;
  noted: number;
  readonly open: Record<Kind, Group | undefined>;
}

export class Compactor {
  readonly #options: CompactorOptions;
  readonly #lanes = new Map<string, Lane>();
  /** The pack that was read whole last, so that its members need not prove it one by one. */
  #proven = "";
  #meter: CompactionMeter = { packs: 0, objects: 0, bytes: 0 };

  constructor(options: CompactorOptions) {
    this.#options = options;
  }

  meter(): CompactionMeter {
    return this.#meter;
  }

  /**
   * Looks at some more of a stream's cuts, none past `loaded`, and packs what is complete. Whether there is more to do
   * at once. Throws LAKE_WRITE_FAILED, OBJECT_DAMAGED and the like; the next turn begins again where this one began.
   */
  async turn(stream: string, loaded: number, settings: LakeSettings): Promise<boolean> {
    if (settings.compaction === "off") {
      return false;
    }
    const lane = await this.#lane(stream);
    const until = Math.min(loaded, lane.next + CUTS_PER_TURN - 1);
    try {
      for (; lane.next <= until; lane.next += 1) {
        await this.#takeIn(lane, { stream, settings });
      }
      await this.#packDue(lane, { stream, settings });
      await this.#note(stream, lane);
    } catch (thrown) {
      this.#lanes.delete(stream);
      throw thrown;
    }
    return lane.next <= loaded;
  }

  async #lane(stream: string): Promise<Lane> {
    const known = this.#lanes.get(stream);
    if (known !== undefined) {
      return known;
    }
    const noted = Math.max(0, ...(await this.#marks(stream)).map(cutOfMark));
    const lane: Lane = { next: noted + 1, noted, open: { object: undefined, failed: undefined } };
    this.#lanes.set(stream, lane);
    return lane;
  }

  async #takeIn(lane: Lane, of: Of): Promise<void> {
    const manifest = await this.#options.announcements.read(of.stream, lane.next);
    for (const kind of ["object", "failed"] as const) {
      const candidate = manifest && (await this.#candidate(manifest, kind));
      if (candidate !== undefined) {
        const limits = { targetBytes: of.settings.target, membersMax: MEMBERS_MAX };
        const { open, closed } = choose(lane.open[kind], candidate, limits);
        if (closed !== undefined) {
          await this.#pack(of.stream, closed);
        }
        lane.open[kind] = open;
      }
    }
  }

  /** A part that lies there by itself; what a killed life had packed and not yet removed is removed here. */
  async #candidate(manifest: Manifest, kind: Kind): Promise<Candidate | undefined> {
    const { shelf, store } = this.#options;
    const { cut, cutAt, [kind]: part } = manifest;
    if (part === undefined) {
      return undefined;
    }
    const held = await shelf.find(part.name);
    if (held === undefined) {
      return { cut, cutAt, part };
    }
    if (this.#proven === held.pack.name || (await this.#isWhole(held.pack))) {
      this.#proven = held.pack.name;
      await store.remove(part.name);
    }
    return undefined;
  }

  async #packDue(lane: Lane, { stream, settings }: Of): Promise<void> {
    const now = this.#options.clock.now();
    for (const kind of ["object", "failed"] as const) {
      const open = lane.open[kind];
      if (open !== undefined && isDue(open, { now, after: settings.after })) {
        await this.#pack(stream, open);
        lane.open[kind] = undefined;
      }
    }
  }

  async #pack(stream: string, { folder, members }: Group): Promise<void> {
    const [first, last] = [members[0], members.at(-1)];
    if (first === undefined || last === undefined || members.length < 2) {
      return;
    }
    const { store, onStep } = this.#options;
    const suffix = /\.[a-z]+(?:\.(?:gz|zst))?$/.exec(first.part.name)?.[0] ?? "";
    const names = packNames({ stream, from: first.cut, to: last.cut }, folder, suffix);
    const made = await this.#join(stream, names.pack, members);
    if (made === undefined) {
      return;
    }
    await this.#clear(folder, stream);
    await store.put(names.pack, made.chunks);
    onStep?.("packed");
    if (!(await this.#isWhole(made.pack))) {
      throw new Fault("OBJECT_DAMAGED", { name: names.pack, cause: "it was not stored as it is" });
    }
    await store.put(names.index, [Buffer.from(packText(made.pack))]);
    onStep?.("told");
    for (const { part } of members) {
      await store.remove(part.name);
      onStep?.("removing");
    }
    onStep?.("removed");
    const { packs, objects, bytes } = this.#meter;
    this.#meter = {
      packs: packs + 1,
      objects: objects + members.length,
      bytes: bytes + made.pack.bytes,
    };
  }

  /** Reads and proves the members; undefined when one of them is not what its manifest says: books tell of it, as it is. */
  async #join(
    stream: string,
    name: ObjectName,
    members: readonly Candidate[],
  ): Promise<{ readonly pack: Pack; readonly chunks: readonly Buffer[] } | undefined> {
    const head = members[0]?.part.head ?? 0;
    const chunks: Buffer[] = [];
    const placed: PackMember[] = [];
    let at = head;
    for (const { cut, part } of members) {
      const bytes = await this.#read(part);
      const begin = bytes?.subarray(0, head);
      if (bytes === undefined || (chunks[0] !== undefined && begin?.equals(chunks[0]) !== true)) {
        return undefined;
      }
      if (chunks.length === 0) {
        chunks.push(bytes.subarray(0, head));
      }
      chunks.push(bytes.subarray(head));
      placed.push({ cut, name: part.name, at, bytes: part.bytes });
      at += part.bytes - head;
    }
    const hash = createHash("sha256");
    chunks.forEach((chunk) => hash.update(chunk));
    const pack: Pack = {
      version: 1,
      stream,
      name,
      bytes: at,
      sha256: hash.digest("hex"),
      head,
      members: placed,
    };
    return { pack, chunks };
  }

  async #read({ name, sha256 }: StoredPart): Promise<Buffer | undefined> {
    const bytes = await this.#options.store.get(name);
    const found = bytes && createHash("sha256").update(bytes).digest("hex");
    return found === sha256 ? bytes : undefined;
  }

  /** Whether a pack lies there byte for byte: only then may its members go. */
  async #isWhole({ name, sha256 }: Pack): Promise<boolean> {
    const bytes = await this.#options.store.get(name);
    return bytes !== undefined && createHash("sha256").update(bytes).digest("hex") === sha256;
  }

  /** Packs of the stream in a folder that have no index: a life was killed before it told of them. */
  async #clear(folder: string, stream: string): Promise<void> {
    const { store, shelf } = this.#options;
    const { indexes } = await shelf.look(folder);
    const told = new Set<string>([...indexes.values()].map(({ name }) => name));
    const below = `compacted/${folder}`;
    for await (const { name } of store.list(below)) {
      const rest = name.slice(below.length);
      if (!told.has(name) && rest.startsWith(`${rest.slice(0, 26)}${stream}.`)) {
        await store.remove(name);
      }
    }
  }

  /** Writes down up to where everything is settled, so that the next life begins there. */
  async #note(stream: string, lane: Lane): Promise<void> {
    const open = [lane.open.object, lane.open.failed].flatMap((group) => group?.members[0] ?? []);
    const settled = Math.min(lane.next - 1, ...open.map(({ cut }) => cut - 1));
    if (settled <= lane.noted) {
      return;
    }
    const { store, onStep } = this.#options;
    const before = await this.#marks(stream);
    await store.put(markName(stream, settled), []);
    for (const mark of before) {
      await store.remove(mark);
    }
    lane.noted = settled;
    onStep?.("noted");
  }

  async #marks(stream: string): Promise<readonly ObjectName[]> {
    return await Array.fromAsync(
      this.#options.store.list(`${MARKS}/=${stream}/`),
      ({ name }) => name,
    );
  }
}

interface Of {
  readonly stream: string;
  readonly settings: LakeSettings;
}

/** The name alone says it. The = keeps names apart that begin with a dot. */
function markName(stream: string, cut: number): ObjectName {
  return `${MARKS}/=${stream}/${String(cut).padStart(12, "0")}` as ObjectName;
}

function cutOfMark(name: ObjectName): number {
  return Number(name.slice(name.lastIndexOf("/") + 1));
}
