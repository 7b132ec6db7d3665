/** The disk as the log needs it, passed as an argument so that tests can fill it, break it and cut it off. */

import { close, constants, fsync, open, read, write, type Mode } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Fault } from "../../../base/faults.ts";

export interface Part {
  readonly from: number;
  readonly to: number;
}

export interface DiskFile {
  /** Writes `bytes[part.from, part.to)` at offset `at`, all of it, and has it on disk when it resolves. */
  write(bytes: Buffer, part: Part, at: number): Promise<void>;
  /** Reads into `bytes[part.from, part.to)` from offset `at`; resolves to how many bytes there were. */
  read(bytes: Buffer, part: Part, at: number): Promise<number>;
  close(): Promise<void>;
}

export interface Disk {
  /** "create" makes an empty file and fails when there is one; "read" gives undefined when there is none. */
  open(path: string, mode: "create" | "write"): Promise<DiskFile>;
  openForReading(path: string): Promise<DiskFile | undefined>;
  /** Names in a folder; none when the folder is not there. */
  list(folder: string): Promise<string[]>;
  makeFolder(path: string): Promise<void>;
  readText(path: string): Promise<string | undefined>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void>;
}

/** With O_DSYNC a write is on disk when it returns: one system call where write and fdatasync would be two. */
const FLAGS = {
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_DSYNC,
  write: constants.O_RDWR | constants.O_DSYNC,
  read: constants.O_RDONLY,
} as const;

export const nodeDisk: Disk = {
  open: async (path, mode) => toFile(path, await openFile(path, FLAGS[mode])),
  openForReading: async (path) =>
    unlessAbsent(async () => toFile(path, await openFile(path, FLAGS.read))),
  list: async (folder) => (await unlessAbsent(() => readdir(folder))) ?? [],
  makeFolder: async (path) => {
    const first = await mkdir(path, { recursive: true });
    // Every new folder is a name in the one above it, and each of those names must survive a power cut.
    const depth = path.length - (first ?? path).length;
    for (let each = path; path.length - each.length <= depth; each = dirname(each)) {
      await syncFolder(dirname(each));
    }
  },
  readText: (path) => unlessAbsent(() => readFile(path, "utf8")),
  rename,
  remove: (path) => rm(path, { force: true }),
  syncFolder,
};

/** Puts `text` in the place of what the file holds, durably: after a crash it is the old or the new, whole. */
export async function replaceText(disk: Disk, path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  await disk.remove(fresh);
  const file = await disk.open(fresh, "create");
  const bytes = Buffer.from(text);
  try {
    await file.write(bytes, { from: 0, to: bytes.length }, 0);
  } finally {
    await file.close();
  }
  await disk.rename(fresh, path);
  await disk.syncFolder(dirname(path));
}

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

async function unlessAbsent<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}
