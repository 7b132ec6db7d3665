/** A disk that takes its time, fails, fills up and forgets what was not synced when the power goes. */

import type { Disk, DiskFile, Part } from "../../base/disk.ts";
import type { Chance } from "./chance.ts";
import { FileNode, FolderNode, namesOf, Platter, SystemError } from "./platter.ts";
import type { Life, Schedule } from "./schedule.ts";

/** How the disk behaves just now. */
export interface Mood {
  /** Nothing can be made or grow. */
  full: boolean;
  /** Share of operations that fail with EIO. */
  fails: number;
  /** Folder below which everything fails, as when what is mounted there is away. */
  away: string | undefined;
  /** How many times as long everything takes. */
  slowness: number;
  /** Until then no operation ends. */
  stuckUntil: number;
}

export interface DiskWorld {
  readonly schedule: Schedule;
  readonly chance: Chance;
  /** Told what is done to which path, and how it ended. */
  readonly note: (step: string) => void;
}

interface Opened {
  readonly life: Life;
  readonly path: string;
  readonly lies: boolean;
}

interface Flight {
  readonly lies: boolean;
  readonly life: Life;
  readonly node: FileNode;
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A file is written to the cache in pieces of so many bytes, so that a kill can find it half-written. */
const PIECE_BYTES = 4096;

export class SimulatedDisk {
  readonly mood: Mood = { full: false, fails: 0, away: undefined, slowness: 1, stuckUntil: 0 };
  /** With true, everything is done at once and nothing fails: for looking at what is there. */
  calm = false;
  readonly #world: DiskWorld;
  readonly #platter = new Platter();
  readonly #flights = new Set<Flight>();
  readonly #open = new Map<Life, number>();
  /** Most files a process ever had open at a time. */
  openMost = 0;

  constructor(world: DiskWorld) {
    this.#world = world;
  }

  /**
   * The disk as one process has it: after the process' end, nothing it asks for is ever answered. One that `lies` says
   * of writes into open files that they are durable when they are only in the cache.
   */
  of(life: Life, lies = false): Disk {
    return {
      open: async (path, mode) => {
        const node = await this.#do(life, `${mode} ${path}`, () =>
          mode === "create" ? this.#create(path) : this.#platter.file(path),
        );
        return this.#toFile({ life, path, lies }, node);
      },
      openForReading: async (path) => {
        const node = await this.#do(life, `open ${path}`, () => this.#platter.find(path));
        return node instanceof FileNode ? this.#toFile({ life, path, lies }, node) : undefined;
      },
      writeFile: (path, chunks) => this.#writeFile(life, path, chunks),
      readFile: (path) =>
        this.#do(life, `read ${path}`, () => {
          const node = this.#platter.find(path);
          return node instanceof FileNode ? node.readAll() : undefined;
        }),
      stat: (path) => this.#do(life, `stat ${path}`, () => this.#stat(path)),
      list: (path) => this.#do(life, `list ${path}`, () => this.#list(path)),
      makeFolder: (path) => this.#makeFolder(life, path),
      rename: (from, to) => this.#do(life, `rename ${from} ${to}`, () => this.#rename(from, to)),
      link: (from, to) =>
        this.#do(life, `link ${to}`, () => {
          this.#refuseFull(to);
          this.#platter.add(to, this.#platter.file(from));
        }),
      remove: (path) => this.#do(life, `remove ${path}`, () => this.#remove(path)),
      removeFolder: async (path) => {
        await this.#do(life, `removeFolder ${path}`, () => this.#removeNode(path));
      },
      removeEmptyFolder: (path) =>
        this.#do(life, `removeEmptyFolder ${path}`, () => {
          const node = this.#platter.find(path);
          return node instanceof FolderNode && node.seen.size === 0 && this.#removeNode(path);
        }),
      syncFolder: (path) => this.#do(life, `sync ${path}`, () => this.#platter.folder(path).sync()),
    };
  }

  /** A process was killed: of the writes it had under way, a beginning is in the cache. */
  kill(life: Life): void {
    for (const flight of this.#flights) {
      if (flight.life === life) {
        const part = this.#world.chance.pick([0, this.#world.chance.next(), 1]);
        flight.node.write(flight.at, flight.bytes.subarray(0, part * flight.bytes.length));
        this.#flights.delete(flight);
      }
    }
    this.#open.delete(life);
  }

  /** All processes are gone: what was not synced is kept in part, or not. */
  cutPower(): void {
    for (const flight of this.#flights) {
      flight.node.write(flight.at, flight.bytes);
    }
    this.#flights.clear();
    this.#open.clear();
    this.#platter.cutPower(this.#world.chance);
  }

  #count(life: Life, more: number): void {
    const open = (this.#open.get(life) ?? 0) + more;
    this.#open.set(life, open);
    this.openMost = Math.max(this.openMost, open);
  }

  async #do<T>(life: Life, what: string, effect: () => T): Promise<T> {
    if (this.calm) {
      return effect();
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#world.schedule.after(this.#duration(), () => {
      if (!life.alive) {
        return;
      }
      try {
        this.#refuseBroken(what);
        const result = effect();
        this.#world.note(`${life.name}: ${what}`);
        resolve(result);
      } catch (thrown) {
        this.#world.note(`${life.name}: ${what}: ${String(thrown)}`);
        reject(thrown);
      }
    });
    return await promise;
  }

  #duration(): number {
    const { schedule, chance } = this.#world;
    const { slowness, stuckUntil } = this.mood;
    const stuck = Math.max(0, stuckUntil - schedule.now);
    return stuck + slowness * 2 * chance.next() ** 3;
  }

  #refuseBroken(what: string): void {
    const { fails, away } = this.mood;
    const gone = away !== undefined && what.includes(away);
    if (gone || (fails > 0 && this.#world.chance.happens(fails))) {
      throw new SystemError("EIO", what);
    }
  }

  #refuseFull(path: string): void {
    if (this.mood.full) {
      throw new SystemError("ENOSPC", path);
    }
  }

  #create(path: string): FileNode {
    this.#refuseFull(path);
    const node = new FileNode();
    this.#platter.add(path, node);
    return node;
  }

  #toFile({ life, path, lies }: Opened, node: FileNode): DiskFile {
    this.#count(life, 1);
    return {
      write: (bytes, { from, to }, at) =>
        this.#writeSynced(
          { life, lies, node, at, bytes: Buffer.from(bytes.subarray(from, to)) },
          path,
        ),
      read: (bytes: Buffer, { from, to }: Part, at) =>
        this.#do(life, `read ${path} ${at}+${to - from}`, () =>
          node.read(at, bytes.subarray(from, to)),
        ),
      sync: () => (lies ? this.#do(life, `sync ${path}`, () => {}) : this.#sync(life, path, node)),
      close: async () => {
        this.#count(life, -1);
      },
    };
  }

  /** As with O_DSYNC. Where it fails, a beginning may be seen by whoever reads, and is lost with the power. */
  async #writeSynced(flight: Flight, path: string): Promise<void> {
    const { life, node, at, bytes } = flight;
    this.#flights.add(flight);
    const what = `write ${path} ${at}+${bytes.length}`;
    const took = await this.#do(life, what, () => this.#land(flight, path)).catch(
      (thrown: unknown) => {
        if (this.#flights.delete(flight)) {
          const part = this.#world.chance.pick([0, this.#world.chance.next(), 1]);
          node.writeDropped(at, bytes.subarray(0, part * bytes.length));
        }
        throw thrown;
      },
    );
    if (took < bytes.length) {
      throw new SystemError("ENOSPC", path);
    }
  }

  /** How many bytes found room. */
  #land(flight: Flight, path: string): number {
    const { node, at, bytes, lies } = flight;
    const room = this.mood.full ? Math.max(0, node.size - at) : bytes.length;
    if (room === 0 && bytes.length > 0) {
      throw new SystemError("ENOSPC", path);
    }
    this.#flights.delete(flight);
    const taken = bytes.subarray(0, room);
    if (lies) {
      node.write(at, taken);
    } else {
      node.writeSynced(at, taken);
    }
    return taken.length;
  }

  async #writeFile(life: Life, path: string, chunks: readonly Uint8Array[]): Promise<void> {
    const node = await this.#do(life, `create ${path}`, () => this.#create(path));
    const bytes = Buffer.concat(chunks);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      await this.#do(life, `fill ${path} ${at}`, () => {
        this.#refuseFull(path);
        node.write(at, bytes.subarray(at, at + PIECE_BYTES));
      });
    }
    await this.#sync(life, path, node);
  }

  async #sync(life: Life, path: string, node: FileNode): Promise<void> {
    try {
      await this.#do(life, `sync ${path}`, () => node.sync());
    } catch (thrown) {
      node.dropDirty();
      throw thrown;
    }
  }

  #stat(path: string): ReturnType<typeof statOf> {
    return statOf(this.#platter.find(path));
  }

  #list(path: string): Awaited<ReturnType<Disk["list"]>> {
    const node = this.#platter.find(path);
    const names = node instanceof FolderNode ? [...node.seen] : [];
    return names.map(([name, each]) => ({
      name,
      kind: each instanceof FolderNode ? "folder" : "file",
    }));
  }

  async #makeFolder(life: Life, path: string): Promise<void> {
    const names = namesOf(path);
    const made: string[] = [];
    await this.#do(life, `makeFolder ${path}`, () => {
      for (const [depth] of names.entries()) {
        const each = names.slice(0, depth + 1).join("/");
        if (this.#platter.find(each) === undefined) {
          this.#refuseFull(each);
          this.#platter.makeFolder(each);
          made.push(names.slice(0, depth).join("/"));
        }
      }
    });
    for (const parent of made) {
      await this.#do(life, `sync ${parent}`, () => this.#platter.folder(parent).sync());
    }
  }

  #rename(from: string, to: string): void {
    const source = this.#platter.place(from);
    const target = this.#platter.place(to);
    const node = this.#platter.file(from);
    if (source.parent === target.parent) {
      source.parent.change([
        [source.name, undefined],
        [target.name, node],
      ]);
    } else {
      target.parent.change([[target.name, node]]);
      source.parent.change([[source.name, undefined]]);
    }
  }

  #remove(path: string): boolean {
    return this.#platter.find(path) instanceof FileNode && this.#removeNode(path);
  }

  #removeNode(path: string): boolean {
    if (this.#platter.find(path) === undefined) {
      return false;
    }
    const { parent, name } = this.#platter.place(path);
    parent.change([[name, undefined]]);
    return true;
  }
}

function statOf(node: FileNode | FolderNode | undefined): Awaited<ReturnType<Disk["stat"]>> {
  if (node === undefined) {
    return undefined;
  }
  return node instanceof FolderNode
    ? { kind: "folder", bytes: 0 }
    : { kind: "file", bytes: node.size };
}
