/** The disk as log and lake need it, passed as an argument so that tests can fill it, break it and cut it off. */

import { dirname } from "node:path";

export interface Part {
  readonly from: number;
  readonly to: number;
}

export interface DiskFile {
  /** Writes `bytes[part.from, part.to)` at offset `at`, all of it, and has it on disk when it resolves. */
  write(bytes: Buffer, part: Part, at: number): Promise<void>;
  /** Reads into `bytes[part.from, part.to)` from offset `at`; resolves to how many bytes there were. */
  read(bytes: Buffer, part: Part, at: number): Promise<number>;
  /** Has on disk whatever anybody wrote into the file before. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface DiskEntry {
  readonly name: string;
  readonly kind: "file" | "folder";
}

export interface DiskStat {
  readonly kind: DiskEntry["kind"];
  readonly bytes: number;
}

/** Rejects with the system's own errors, by their codes: ENOSPC, EIO, EEXIST and so on. */
export interface Disk {
  /** "create" makes an empty file and fails when there is one. */
  open(path: string, mode: "create" | "write"): Promise<DiskFile>;
  openForReading(path: string): Promise<DiskFile | undefined>;
  /** Makes a file and has its bytes on disk when it resolves; fails when there is one. Its name may not be there yet. */
  writeFile(path: string, chunks: readonly Uint8Array[]): Promise<void>;
  /** A file's bytes; undefined when there is no file of that name. */
  readFile(path: string): Promise<Buffer | undefined>;
  stat(path: string): Promise<DiskStat | undefined>;
  /** What a folder holds; nothing when it is not there. */
  list(folder: string): Promise<readonly DiskEntry[]>;
  /** Makes a folder and those above it; all of them are on disk when it resolves. */
  makeFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** A second name for a file; EEXIST when it is taken. */
  link(from: string, to: string): Promise<void>;
  /** Whether there was a file to remove. */
  remove(path: string): Promise<boolean>;
  /** With all that is in it; nothing happens when it is not there. */
  removeFolder(path: string): Promise<void>;
  /** Whether it was a folder without anything in it, which is gone then: one that holds anything stays, in one step. */
  removeEmptyFolder(path: string): Promise<boolean>;
  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void>;
}

/** Puts `text` in the place of what the file holds, durably: after a crash it is the old or the new, whole. */
export async function replaceText(disk: Disk, path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  await disk.remove(fresh);
  await disk.writeFile(fresh, [Buffer.from(text)]);
  await disk.rename(fresh, path);
  await disk.syncFolder(dirname(path));
}
