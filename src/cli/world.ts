/** Everything of a command that is not pure: terminal, environment, time, chance, signals. */

import type { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { setTimeout as sleepFor } from "node:timers/promises";
import type { Clock } from "../base/clock.ts";
import { systemClock } from "../base/clock.ts";
import { askOn, type Ask } from "./init/ask.ts";
import type { Screen } from "./show/screen.ts";
import { openScreen } from "./show/screen.ts";

export interface World {
  readonly stdin: AsyncIterable<Buffer>;
  readonly stdout: Screen;
  readonly stderr: Screen;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** At least 0, below 1. */
  readonly random: () => number;
  /** Resolves after `ms`, or at once when `signal` is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Calls `heard` at every SIGINT, SIGTERM and SIGHUP until the answer is disposed of. */
  readonly onStopSignal: (heard: (signal: StopSignal) => void) => Disposable;
  /** Calls `heard` once standard input ends: whoever held its other side has gone. Nothing of it is kept. */
  readonly onInputEnd: (heard: () => void) => Disposable;
  /** Asks a person; undefined where none is at a terminal. */
  readonly ask?: Ask;
  /** Ends the process without any further care. */
  readonly exitNow: (code: number) => void;
}

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];
const SAME_WISH_MS = 300;

export function systemWorld(): World {
  return {
    stdin: process.stdin as AsyncIterable<Buffer>, // Without an encoding set, standard input yields buffers.
    stdout: openScreen(process.stdout),
    stderr: openScreen(process.stderr),
    env: process.env,
    clock: systemClock,
    random: Math.random,
    sleep: sleepUntilAborted,
    onStopSignal: (heard) => hearStopSignals(heard, { signals: process, clock: systemClock }),
    onInputEnd: (heard) => hearInputEnd(heard, process.stdin),
    exitNow: (code) => process.exit(code),
    ...(canAsk() ? { ask: askOn() } : {}),
  };
}

function hearInputEnd(heard: () => void, input: NodeJS.ReadStream): Disposable {
  const events = ["end", "close", "error"] as const;
  events.forEach((event) => input.once(event, heard));
  input.resume();
  // It alone keeps no process alive.
  if (input instanceof Socket) {
    input.unref();
  }
  return {
    [Symbol.dispose]: () => {
      events.forEach((event) => input.off(event, heard));
      input.pause();
    },
  };
}

/** A terminal that does not say how wide it is cannot show a question: each letter would have a line of its own. */
function canAsk(): boolean {
  const { stdin, stdout } = process;
  return stdin.isTTY && stdout.isTTY && stdout.columns > 0;
}

async function sleepUntilAborted(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleepFor(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    // Only an abort rejects, and an abort ends the sleep.
  }
}

interface SignalSource {
  readonly signals: EventEmitter;
  readonly clock: Clock;
}

/**
 * One Ctrl-C can arrive twice: the terminal tells the whole process group, and npm and our launcher tell their child
 * once more. What follows within a moment is therefore the same wish.
 */
export function hearStopSignals(
  heard: (signal: StopSignal) => void,
  { signals, clock }: SignalSource,
): Disposable {
  let heardAt = -Infinity;
  const listener = (signal: StopSignal): void => {
    const now = clock.now();
    if (now - heardAt >= SAME_WISH_MS) {
      heardAt = now;
      heard(signal);
    }
  };
  for (const name of STOP_SIGNALS) {
    signals.on(name, listener);
  }
  return {
    [Symbol.dispose]: () => {
      for (const name of STOP_SIGNALS) {
        signals.off(name, listener);
      }
    },
  };
}
