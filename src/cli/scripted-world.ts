/** For tests: a terminal that records, time that a test holds, and a pipeline that answers by script. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { toInstant } from "../base/clock.ts";
import type { Doors } from "./doors.ts";
import { run } from "./program.ts";
import { OutputClosed, type Screen } from "./show/screen.ts";
import type { StopSignal, World } from "./world.ts";

interface RecordingScreen extends Screen {
  readonly text: string;
}

/** `linesMax` lines are taken; then the reader is gone. */
export function recordingScreen(isTTY = false, linesMax = Infinity): RecordingScreen {
  let text = "";
  return {
    isTTY,
    columns: 100,
    rows: 30,
    get text() {
      return text;
    },
    write: (more) => {
      text += more;
      return text.split("\n").length > linesMax
        ? Promise.reject(new OutputClosed())
        : Promise.resolve();
    },
  };
}

export interface ScriptedWorld extends World {
  readonly stdout: RecordingScreen;
  readonly stderr: RecordingScreen;
  /** Waits that were asked for, ms. */
  readonly slept: readonly number[];
  /** Sends SIGINT to the command. */
  interrupt(): void;
}

/** Sleeping moves the held clock on at once. */
export function scriptedWorld(given: Partial<ScriptedWorld> = {}): ScriptedWorld {
  let now = 1_000_000;
  const slept: number[] = [];
  const hearers = new Set<(signal: StopSignal) => void>();
  return {
    stdin: nothing(),
    env: {},
    clock: { now: () => toInstant(now) },
    random: () => 0.5,
    sleep: async (ms) => {
      await new Promise((resolve) => setImmediate(resolve));
      slept.push(ms);
      now += ms;
    },
    onInputEnd: () => ({ [Symbol.dispose]: () => {} }),
    onStopSignal: (heard) => {
      hearers.add(heard);
      return { [Symbol.dispose]: () => void hearers.delete(heard) };
    },
    exitNow: () => {},
    slept,
    interrupt: () => hearers.forEach((heard) => heard("SIGINT")),
    ...given,
    stdout: given.stdout ?? recordingScreen(),
    stderr: given.stderr ?? recordingScreen(),
  };
}

async function* nothing(): AsyncGenerator<Buffer> {}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export interface Pipeline extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
}

type Script = (asked: Asked, response: ServerResponse) => void | Promise<void>;

/** A pipeline on a free port that answers by script. */
export async function openPipeline(script: Script): Promise<Pipeline> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, path: url, headers, body: Buffer.concat(chunks) };
      asked.push(one);
      void script(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

const closed = (): Promise<never> => Promise.reject(new TypeError("no runtime here"));

export const closedDoors: Doors = {
  start: closed,
  offline: closed,
  rebuild: closed,
  replay: closed,
  deploy: closed,
  rehearse: closed,
  keys: closed,
  bench: closed,
  reading: closed,
  describe: closed,
  doctor: closed,
  managed: closed,
  simulate: closed,
};

/** Runs a command line; what it printed is in the world. */
export async function runCommand(
  argv: readonly string[],
  world: ScriptedWorld = scriptedWorld(),
  doors: Doors = closedDoors,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const code = await run(argv, world, doors);
  return { code, out: world.stdout.text, err: world.stderr.text };
}
