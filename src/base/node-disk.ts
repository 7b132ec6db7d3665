/** The machine's own disk. */

import { close, constants, fdatasync, fsync, open, read, write, type Mode } from "node:fs";
import * as files from "node:fs/promises";
import type { Disk, DiskFile, Part } from "./disk.ts";
import { Fault } from "./faults.ts";
import { makeFolder } from "./make-folder.ts";

/** With O_DSYNC a write is on disk when it returns: one system call where write and fdatasync would be two. */
const FLAGS = {
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_DSYNC,
  write: constants.O_RDWR | constants.O_DSYNC,
  read: constants.O_RDONLY,
} as const;
/** writev takes at most 1024 pieces at a time on Linux. */
const PIECES_MAX = 512;

export const nodeDisk: Disk = {
  open: async (path, mode) => toFile(path, await openFile(path, FLAGS[mode])),
  openForReading: async (path) =>
    await unlessAbsent(async () => toFile(path, await openFile(path, FLAGS.read))),
  async writeFile(path, chunks) {
    await using file = await files.open(path, "wx");
    for (let at = 0; at < chunks.length; at += PIECES_MAX) {
      await writeWhole(file, chunks.slice(at, at + PIECES_MAX));
    }
    await file.datasync();
  },
  readFile: (path) => unlessAbsent(() => files.readFile(path)),
  stat: async (path) => {
    const found = await unlessAbsent(() => files.stat(path));
    return found && { kind: found.isDirectory() ? "folder" : "file", bytes: found.size };
  },
  list: async (folder) => {
    const found = await unlessAbsent(() => files.readdir(folder, { withFileTypes: true }));
    return (found ?? []).map((entry) => ({
      name: entry.name,
      kind: entry.isDirectory() ? "folder" : "file",
    }));
  },
  // Every new folder is a name in the one above it, and each of those names must survive a power cut.
  makeFolder: (path) => makeFolder(path, syncFolder),
  rename: files.rename,
  link: files.link,
  remove: async (path) => (await unlessAbsent(() => files.unlink(path).then(() => true))) ?? false,
  // A process of a life that was killed may still be writing into it.
  removeFolder: (path) =>
    files.rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }),
  removeEmptyFolder: async (path) => {
    try {
      await files.rmdir(path);
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && STAYS.has(String(error.code))) {
        return false;
      }
      throw error;
    }
  },
  syncFolder,
};

// The callback forms of node:fs take half the time of FileHandle's methods, and this is the hottest wait we have.
function toFile(path: string, fd: number): DiskFile {
  return {
    write: async (bytes, part, at) => {
      let from = part.from;
      while (from < part.to) {
        const wrote = await writeSome(fd, { bytes, from, to: part.to }, at + from - part.from);
        if (wrote === 0) {
          throw new Fault("STREAM_WRITE_FAILED", { stream: path, cause: "no room" });
        }
        from += wrote;
      }
    },
    read: async (bytes, part, at) => {
      let from = part.from;
      while (from < part.to) {
        const got = await readSome(fd, { bytes, from, to: part.to }, at + from - part.from);
        if (got === 0) {
          break;
        }
        from += got;
      }
      return from - part.from;
    },
    sync: () => settle((done) => fdatasync(fd, done)),
    close: () => settle((done) => close(fd, done)),
  };
}

interface Piece extends Part {
  readonly bytes: Buffer;
}

function writeSome(fd: number, piece: Piece, at: number): Promise<number> {
  const { bytes, from, to } = piece;
  return new Promise((resolve, reject) => {
    write(fd, bytes, from, to - from, at, (error, wrote) =>
      error === null ? resolve(wrote) : reject(error),
    );
  });
}

function readSome(fd: number, piece: Piece, at: number): Promise<number> {
  const { bytes, from, to } = piece;
  return new Promise((resolve, reject) => {
    read(fd, bytes, from, to - from, at, (error, got) =>
      error === null ? resolve(got) : reject(error),
    );
  });
}

function openFile(path: string, flags: number): Promise<number> {
  const mode: Mode = 0o644;
  return new Promise((resolve, reject) => {
    open(path, flags, mode, (error, fd) => (error === null ? resolve(fd) : reject(error)));
  });
}

async function syncFolder(path: string): Promise<void> {
  const fd = await openFile(path, constants.O_RDONLY);
  try {
    await settle((done) => fsync(fd, done));
  } finally {
    await settle((done) => close(fd, done));
  }
}

type Done = (error?: Error | null) => void;

function settle(start: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}

async function writeWhole(
  file: { writev(pieces: readonly Uint8Array[]): Promise<{ bytesWritten: number }> },
  chunks: readonly Uint8Array[],
): Promise<void> {
  let left = chunks;
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left);
    left = dropBytes(left, bytesWritten);
  }
}

/** The chunks without their first `count` bytes: a full disk may take only some of what it was given. */
export function dropBytes(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let rest = count;
  let index = 0;
  for (const chunk of chunks) {
    if (chunk.length > rest) {
      break;
    }
    rest -= chunk.length;
    index += 1;
  }
  const [first, ...others] = chunks.slice(index);
  return first === undefined ? [] : [first.subarray(rest), ...others];
}

/** What rmdir(2) answers where there is no folder, or not an empty one. */
const STAYS = new Set(["ENOTEMPTY", "EEXIST", "ENOENT", "ENOTDIR", "EBUSY"]);
const ABSENT = new Set(["ENOENT", "ENOTDIR", "EISDIR"]);

/** The answer, or undefined where there is no such file. */
async function unlessAbsent<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error && "code" in error && ABSENT.has(String(error.code))) {
      return undefined;
    }
    throw error;
  }
}
