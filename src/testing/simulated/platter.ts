/** What a disk holds: as programs see it, and as it would be after a power cut. No time passes here. */

import type { Chance } from "./chance.ts";

/** An error as the system gives it. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  readonly code: string;

  constructor(code: string, what: string) {
    super(`${code}: ${what}`);
    this.code = code;
  }
}

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
  /**
   * "kept" is on disk whatever happens, "dirty" after the next sync. "dropped" is seen by every reader and on disk by luck
   * alone: when a write to the disk fails, Linux takes its page for clean, and a later sync that succeeds says nothing of it.
   */
  readonly fate: "kept" | "dirty" | "dropped";
}

/** Disks write sectors whole, in any order. */
const SECTOR = 512;

export class FileNode {
  #seen = Buffer.alloc(0);
  #kept = Buffer.alloc(0);
  /** Everything written since all was synced, oldest first. */
  #loose: Piece[] = [];

  get size(): number {
    return this.#seen.length;
  }

  read(at: number, to: Buffer): number {
    return this.#seen.copy(to, 0, at, at + to.length);
  }

  readAll(): Buffer {
    return Buffer.from(this.#seen);
  }

  write(at: number, bytes: Uint8Array): void {
    this.#write({ at, bytes, fate: "dirty" });
  }

  /** As a write that fails on its way to the disk leaves it: in memory, and never to be written again. */
  writeDropped(at: number, bytes: Uint8Array): void {
    this.#write({ at, bytes, fate: "dropped" });
  }

  /** As a sync that fails leaves it. */
  dropDirty(): void {
    this.#loose = this.#loose.map((piece) =>
      piece.fate === "dirty" ? { ...piece, fate: "dropped" } : piece,
    );
  }

  /** As O_DSYNC has it: these bytes are on disk, and nothing is said of others. */
  writeSynced(at: number, bytes: Uint8Array): void {
    this.#write({ at, bytes, fate: "kept" });
    if (this.#loose.every(({ fate }) => fate === "kept")) {
      this.sync();
    }
  }

  #write(piece: Piece): void {
    if (piece.bytes.length > 0) {
      this.#seen = laid(this.#seen, piece);
      this.#loose.push(piece);
    }
  }

  sync(): void {
    for (const piece of this.#loose) {
      if (piece.fate !== "dropped") {
        this.#kept = laid(this.#kept, piece);
      }
    }
    this.#loose = [];
  }

  /** Of what was not synced, or failed to be, chance keeps some sectors. */
  cutPower(chance: Chance): void {
    const share = chance.pick([0, 0, 0.5, 1]);
    for (const { at, bytes, fate } of this.#loose) {
      for (let from = 0; from < bytes.length;) {
        const to = Math.min(bytes.length, from + SECTOR - ((at + from) % SECTOR));
        if (fate === "kept" || chance.happens(share)) {
          const sector = { at: at + from, bytes: bytes.subarray(from, to), fate };
          this.#kept = laid(this.#kept, sector);
        }
        from = to;
      }
    }
    this.#loose = [];
    this.#seen = Buffer.from(this.#kept);
  }
}

function laid(onto: Buffer<ArrayBuffer>, { at, bytes }: Piece): Buffer<ArrayBuffer> {
  const end = at + bytes.length;
  const target = end <= onto.length ? onto : Buffer.concat([onto], end);
  target.set(bytes, at);
  return target;
}

type Node = FileNode | FolderNode;
type Change = readonly (readonly [name: string, node: Node | undefined])[];

export class FolderNode {
  readonly seen = new Map<string, Node>();
  #kept = new Map<string, Node>();
  #loose: Change[] = [];

  /** One step, of which a power cut keeps all or nothing. */
  change(change: Change): void {
    apply(this.seen, change);
    this.#loose.push(change);
  }

  sync(): void {
    this.#loose.forEach((change) => apply(this.#kept, change));
    this.#loose = [];
  }

  /** Of the changes that were not synced, chance keeps the first few, or any. */
  cutPower(chance: Chance): void {
    const any = chance.happens(0.5);
    const first = chance.whole(0, this.#loose.length);
    this.#loose.forEach((change, index) => {
      if (any ? chance.happens(0.5) : index < first) {
        apply(this.#kept, change);
      }
    });
    this.#loose = [];
    this.seen.clear();
    this.#kept.forEach((node, name) => this.seen.set(name, node));
    for (const node of this.seen.values()) {
      node.cutPower(chance);
    }
  }
}

function apply(names: Map<string, Node>, change: Change): void {
  for (const [name, node] of change) {
    if (node === undefined) {
      names.delete(name);
    } else {
      names.set(name, node);
    }
  }
}

/** A file system of one disk. */
export class Platter {
  readonly #root = new FolderNode();

  find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of namesOf(path)) {
      if (!(node instanceof FolderNode)) {
        return undefined;
      }
      node = node.seen.get(name);
    }
    return node;
  }

  folder(path: string): FolderNode {
    const found = this.find(path);
    if (!(found instanceof FolderNode)) {
      throw new SystemError(found === undefined ? "ENOENT" : "ENOTDIR", path);
    }
    return found;
  }

  file(path: string): FileNode {
    const found = this.find(path);
    if (!(found instanceof FileNode)) {
      throw new SystemError(found === undefined ? "ENOENT" : "EISDIR", path);
    }
    return found;
  }

  /** Makes the last folder of a path; those above it must be there. */
  makeFolder(path: string): void {
    const { parent, name } = this.place(path);
    parent.change([[name, new FolderNode()]]);
  }

  /** Gives a node a name that must be free. */
  add(path: string, node: Node): void {
    const { parent, name } = this.place(path);
    if (parent.seen.has(name)) {
      throw new SystemError("EEXIST", path);
    }
    parent.change([[name, node]]);
  }

  place(path: string): { readonly parent: FolderNode; readonly name: string } {
    const names = namesOf(path);
    const name = names.at(-1) ?? "";
    return { parent: this.folder(names.slice(0, -1).join("/")), name };
  }

  cutPower(chance: Chance): void {
    this.#root.cutPower(chance);
  }
}

export function namesOf(path: string): readonly string[] {
  return path.split("/").filter((name) => name !== "");
}
