/** The processes of a pipeline under test: begun, heard until they say where they listen, and ended. */

import { spawn, type ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Fault } from "../../base/faults.ts";

/** At the same depth from `src` and from `dist`. */
const LAUNCHER = fileURLToPath(new URL("../../../bin/millrace.cjs", import.meta.url));
const LOG_CHARS_MAX = 20_000;
const STOP_MS = 20_000;

export interface Life {
  /** Resolves to the address that it says. */
  started(until: AbortSignal): Promise<string>;
  /** Throws when it has ended, or when the time is over. */
  check(until: AbortSignal): void;
  /** Asks it to stop, makes it when it does not, and resolves when it has. */
  end(): Promise<void>;
}

export interface Beginning {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Run when this process exits while the pipeline is still there. */
  readonly atLast: () => void;
}

export function beginLife({ args, env, atLast }: Beginning): Life {
  // Where this process ends, however it does, its side of the pipe does too, and the pipeline stops by itself.
  const child = spawn(process.execPath, [LAUNCHER, ...args, "--until-input-ends"], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined);
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  // A test that is cut short, or never closes what it opened, leaves nothing running and nothing lying about.
  const atExit = (): void => {
    child.kill("SIGKILL");
    atLast();
  };
  process.once("exit", atExit);
  const heard = hear(child);
  const check = (until: AbortSignal): void => {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw toFault(heard.log(), "it ended before it was ready");
    }
    if (until.aborted) {
      throw toFault(heard.log(), "it was not ready in time");
    }
  };
  return {
    check,
    started: async (until) => {
      const late = new Promise<void>((done) => until.addEventListener("abort", () => done()));
      const url = await Promise.race([heard.url, ended, late]);
      check(until);
      letGo(child);
      return url ?? "";
    },
    end: async () => {
      process.off("exit", atExit);
      if (child.exitCode === null && child.signalCode === null) {
        child.ref();
        child.kill("SIGTERM");
        const patience = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
        await ended;
        clearTimeout(patience);
      }
    },
  };
}

/** Once it runs, it does not keep the test's process alive: a runner that skips all tests may skip the closing too. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) {
    if (pipe instanceof Socket) {
      pipe.unref();
    }
  }
}

/** What it says: on standard output one JSON object a line, on standard error what went wrong. */
function hear(child: ChildProcess): { readonly url: Promise<string>; log(): string } {
  let log = "";
  const url = new Promise<string>((told) => {
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const found = startedAt(line);
        if (found !== undefined) {
          told(found);
        }
      });
    }
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-LOG_CHARS_MAX);
  });
  child.on("error", (thrown) => (log += thrown.message));
  return { url, log: () => log };
}

function startedAt(line: string): string | undefined {
  try {
    const { event, url } = JSON.parse(line) as { event?: unknown; url?: unknown };
    return event === "started" && typeof url === "string" ? url : undefined;
  } catch {
    return undefined;
  }
}

/** The error that the command line printed, if it is one; else all that it said. */
function toFault(log: string, why: string): Fault {
  const last = log.trim().split("\n").at(-1) ?? "";
  try {
    const { error } = JSON.parse(last) as { error: { message: string; remedy: string } };
    return new Fault("TEST_PIPELINE_FAILED", { cause: error.message, remedy: error.remedy });
  } catch {
    const remedy = "Start it by itself, with millrace start, to see more.";
    return new Fault("TEST_PIPELINE_FAILED", { cause: `${why}. ${log.trim()}`.trim(), remedy });
  }
}
