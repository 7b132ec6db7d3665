/** Whether the data folder's disk will do: who may write, what kind it is, how much room, how long a write takes. */

import { constants, existsSync, rmSync, statfsSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { causeOf } from "../../base/faults.ts";
import { showBytes } from "../../base/units.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

const WRITES = 24;
const WRITE_BYTES = 4096;
/** Every answer of the door waits for one such write, with all that came meanwhile. */
const SLOW_MS = 20;
/** The clock of a disk elsewhere may differ by this without anybody noticing. */
const SKEW_MS = 5000;

/** Linux' numbers of file systems (statfs(2)) on which data is not safe, or not for long. */
const KINDS: ReadonlyMap<number, readonly [name: string, trouble: string | undefined]> = new Map([
  [0xef53, ["ext4", undefined]],
  [0x58465342, ["xfs", undefined]],
  [0x9123683e, ["btrfs", undefined]],
  [0x2fc12fc1, ["zfs", undefined]],
  [0xf2f52010, ["f2fs", undefined]],
  [0x01021994, ["tmpfs", "it is in memory: nothing is there after a restart"]],
  [0x794c7630, ["overlay", "it is a container's own layer and goes with the container"]],
  [0x6969, ["nfs", "it is on the network, where locks and syncs may not hold"]],
  [0xff534d42, ["cifs", "it is on the network, where locks and syncs may not hold"]],
  [0xfe534d42, ["smb", "it is on the network, where locks and syncs may not hold"]],
  [0x01021997, ["9p", "it is another machine's, where syncs may not hold"]],
  [0x65735546, ["fuse", "a program stands for the disk, and may keep less than it says"]],
]);

export interface DiskAsked {
  readonly data: string;
  /** Below this nothing is taken in: the least `backlog.freeDisk` of the streams. */
  readonly freeBytesMin: number;
}

/** The folder itself, or the nearest one above it: one that is not there yet is not made. */
export async function checkDisk(asked: DiskAsked): Promise<readonly Finding[]> {
  const folder = nearest(asked.data);
  const written = await tryWrites(folder);
  if (typeof written === "string") {
    const remedy = `Let this user write to ${folder}, or name another folder with --data.`;
    return [fail("data folder", `${asked.data} cannot be written: ${written}`, remedy)];
  }
  const where = folder === asked.data ? asked.data : `${asked.data}, which will be made`;
  return [ok("data folder", where), checkKind(folder), checkRoom(folder, asked), ...judge(written)];
}

function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

function checkKind(folder: string): Finding {
  // Some kinds come as negative numbers.
  const { type } = statfsSync(folder);
  const [name, trouble] = KINDS.get(type >>> 0) ?? [
    `kind 0x${(type >>> 0).toString(16)}`,
    undefined,
  ];
  return trouble === undefined
    ? ok("file system", name)
    : warn(
        "file system",
        `${name}: ${trouble}.`,
        "Name a folder on a disk of this machine with --data.",
      );
}

function checkRoom(folder: string, { freeBytesMin }: DiskAsked): Finding {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const says = `${showBytes(free)} free; below ${showBytes(freeBytesMin)} nothing is taken in`;
  const remedy = "Free disk space, or name a folder on a larger disk with --data.";
  if (free < freeBytesMin) {
    return fail("free disk", `${says}.`, remedy);
  }
  return free < 4 * freeBytesMin ? warn("free disk", `${says}.`, remedy) : ok("free disk", says);
}

interface Written {
  readonly medianMs: number;
  readonly worstMs: number;
  /** The disk's clock against the machine's. */
  readonly skewMs: number;
}

/** Writes as the log writes: each is on disk before the next begins. A text says why that cannot be. */
async function tryWrites(folder: string): Promise<Written | string> {
  const path = join(folder, `.doctor-${randomUUID()}`);
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_DSYNC;
  try {
    await using file = await open(path, flags, 0o600);
    using _gone = { [Symbol.dispose]: () => rmSync(path, { force: true }) };
    return await timeWrites(file, path);
  } catch (thrown) {
    return causeOf(thrown);
  }
}

async function timeWrites(file: FileHandle, path: string): Promise<Written> {
  const bytes = Buffer.alloc(WRITE_BYTES, 1);
  const took: number[] = [];
  for (let n = 0; n < WRITES; n += 1) {
    const began = performance.now();
    await file.write(bytes, 0, bytes.length, n * WRITE_BYTES);
    took.push(performance.now() - began);
  }
  const skewMs = Math.abs(statSync(path).mtimeMs - Date.now());
  took.sort((a, b) => a - b);
  return { medianMs: took[WRITES >> 1] ?? 0, worstMs: took.at(-1) ?? 0, skewMs };
}

function judge({ medianMs, worstMs, skewMs }: Written): Finding[] {
  const says = `a synced write takes ${medianMs.toFixed(2)} ms, the worst of ${WRITES} ${worstMs.toFixed(1)} ms`;
  const sync =
    medianMs > SLOW_MS
      ? warn("sync", `${says}: each answer waits for one.`, "Use a local SSD for --data.")
      : ok("sync", says);
  const remedy = "Let NTP keep the clocks of both machines.";
  return skewMs <= SKEW_MS
    ? [sync]
    : [sync, warn("disk's clock", `It differs by ${Math.round(skewMs / 1000)} s.`, remedy)];
}
