/** The warehouse's file and the ones beside it while it is rebuilt; the swap that a crash cannot leave half-done. */

import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

export interface WarehouseFiles {
  readonly live: string;
  /** The new one in the making; whoever opens the data folder next removes what a killed rebuild left of it. */
  readonly rebuilt: string;
  /** The one that was in place before a rebuild; the next start that succeeds removes it. */
  readonly before: string;
  /** Says that the swap is decided: from its writing on, only the new file counts. */
  readonly decided: string;
}

export function warehouseFiles(live: string): WarehouseFiles {
  const stem = live.replace(/\.duckdb$/, "");
  return {
    live,
    rebuilt: `${stem}.rebuild.duckdb`,
    before: `${live}.before`,
    decided: `${live}.swap`,
  };
}

/** What the engine keeps beside a database: its log, and what it spills. */
const BESIDE = ["", ".wal", ".tmp"] as const;

/** Puts the rebuilt file in the live one's place. Both must be closed. */
export function swapIn(files: WarehouseFiles): void {
  const { live, rebuilt, decided } = files;
  // The engine's close empties the log into the file; a log beside another file would be no part of it.
  sync(rebuilt);
  writeFileSync(decided, "");
  sync(decided);
  sync(dirname(live));
  finishSwap(files);
}

/** Ends a swap that was decided and perhaps interrupted, and clears away what no rebuild needs any more. */
export function settleFiles(files: WarehouseFiles): void {
  if (existsSync(files.decided)) {
    finishSwap(files);
  }
  removeRebuilt(files);
}

export function removeRebuilt({ rebuilt }: WarehouseFiles): void {
  remove(rebuilt);
}

/** Removes the file that a rebuild has replaced. */
export function removeBefore({ before }: WarehouseFiles): void {
  remove(before);
}

/** Every step may be repeated; while the rebuilt file is there under its own name, the last one is still to come. */
function finishSwap(files: WarehouseFiles): void {
  const { live, rebuilt, before, decided } = files;
  if (existsSync(rebuilt)) {
    // Where it has its second name already, a log that was put beside that must stay.
    if (existsSync(live) && !isSameFile(live, before)) {
      remove(before);
      keep(live, before);
    }
    if (existsSync(`${live}.wal`)) {
      renameSync(`${live}.wal`, `${before}.wal`);
    }
    renameSync(rebuilt, live);
    sync(dirname(live));
  }
  rmSync(decided, { force: true });
  sync(dirname(live));
}

function isSameFile(a: string, b: string): boolean {
  return existsSync(b) && statSync(a).ino === statSync(b).ino;
}

/** A second name, so that the first one never is without a file; a copy where the file system has no such names. */
function keep(live: string, before: string): void {
  try {
    linkSync(live, before);
  } catch {
    copyFileSync(live, before);
  }
}

function remove(path: string): void {
  for (const ending of BESIDE) {
    rmSync(`${path}${ending}`, { recursive: true, force: true });
  }
}

function sync(path: string): void {
  const opened = openSync(path, "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
