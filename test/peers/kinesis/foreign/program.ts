/** Programs of others beside a test: started, listened to, ended by their group. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { Fault } from "../../../../src/base/faults.ts";
import { PEER_KEYS } from "../../processes.ts";

const SAID_MAX = 20_000;

export interface Program extends AsyncDisposable {
  /** Its exit code, once it has one. */
  readonly ended: Promise<number | null>;
  /** The end of what it said. */
  readonly said: () => string;
  /** Waits while it runs; rejects with what it said when it ends before. */
  during(wait: () => Promise<void>): Promise<void>;
  kill(): Promise<void>;
}

/** With the keys that every peer takes; a group of its own, for programs that have others below them. */
export function startProgram(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(command, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...PEER_KEYS, ...env },
  });
  let said = "";
  const hear = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-SAID_MAX));
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = once(child, "close").then(() => child.exitCode);
  const kill = async (): Promise<void> => {
    endGroup(child);
    await ended;
  };
  const early = async (): Promise<never> => {
    const code = await ended;
    throw new Fault("USAGE", { cause: `${command} ended with ${code}: ${said}` });
  };
  return {
    ended,
    said: () => said,
    during: (wait) => Promise.race([wait(), early()]),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

function endGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-Number(pid), "SIGKILL");
  } catch {
    // The whole group has ended by itself.
  }
}

export function runToEnd(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { timeout: 120_000 });
  if (status !== 0) {
    throw new Fault("USAGE", { cause: `${command}: ${error?.message ?? stderr.toString()}` });
  }
}
