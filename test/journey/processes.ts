/** Which processes there are, for tests that kill some of them. Reads /proc, or asks ps where there is none. */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

interface Listed {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Ended, and only waiting to be taken note of. */
  readonly zombie: boolean;
}

export function childrenOf(pid: number): number[] {
  return list()
    .filter(({ parent, zombie }) => parent === pid && !zombie)
    .map((one) => one.pid);
}

/** Whether any process of a group still runs. */
export function aliveIn(group: number): boolean {
  return list().some((one) => one.group === group && !one.zombie);
}

function list(): Listed[] {
  return existsSync("/proc/self/stat") ? listProc() : listPs();
}

function listProc(): Listed[] {
  return readdirSync("/proc").flatMap((name) => {
    const stat = /^\d+$/.test(name) ? statOf(name) : undefined;
    // `pid (name) state ppid pgrp …`: the name may hold anything, even a closing bracket.
    const [state, parent, group] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
    return state === undefined
      ? []
      : [
          {
            pid: Number(name),
            parent: Number(parent),
            group: Number(group),
            zombie: state === "Z",
          },
        ];
  });
}

function statOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    // It has just ended.
    return undefined;
  }
}

function listPs(): Listed[] {
  const args = ["-A", "-o", "pid=,ppid=,pgid=,stat="];
  const { stdout } = spawnSync("ps", args, { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [pid, parent, group, state] = line.trim().split(/\s+/);
    return state === undefined
      ? []
      : [
          {
            pid: Number(pid),
            parent: Number(parent),
            group: Number(group),
            zombie: state.startsWith("Z"),
          },
        ];
  });
}
