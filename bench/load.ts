/** A cheap HTTP load on raw sockets, for its own process: `node bench/load.ts '{"port":…}'` prints one JSON line. */

import { connect, type Socket } from "node:net";
import { orderBodies } from "./events.ts";

export interface LoadSettings {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  readonly seconds: number;
  /** Stops when so many are sent, where that comes first. */
  readonly events?: number;
  /** Events per request: 1 is sent as application/json, more as NDJSON. */
  readonly batch: number;
  /** Events per second over all connections; 0 sends as fast as answers come. */
  readonly rate: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly events: number;
  readonly failed: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** Milliseconds from the first byte sent to the whole answer. */
  readonly p50: number;
  readonly p99: number;
}

const BODIES = 40;

/** Sends until the time is up; every connection has one request under way at a time. */
export async function runLoad(settings: LoadSettings): Promise<LoadResult> {
  const { connections, seconds, batch, rate, events: eventsMax = Infinity } = settings;
  const requests = orderBodies(7, "bench", [BODIES, batch]).map((body) =>
    toRequest(settings, body),
  );
  const began = performance.now();
  const state = {
    sent: 0,
    requests: 0,
    failed: 0,
    until: began + seconds * 1000,
    times: [] as number[],
  };
  const next = (): Buffer | number | undefined => {
    if (performance.now() >= state.until || state.sent * batch >= eventsMax) {
      return undefined;
    }
    const due = rate === 0 ? 0 : began + (state.sent * batch * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 1) {
      return wait;
    }
    state.sent += 1;
    return requests[state.sent % BODIES];
  };
  const runs = Array.from({ length: connections }, () => drive({ settings, state, next }));
  await Promise.all(runs);
  const took = (performance.now() - began) / 1000;
  const times = Float64Array.from(state.times).toSorted();
  const events = (state.requests - state.failed) * batch;
  return {
    requests: state.requests,
    events,
    failed: state.failed,
    seconds: took,
    eventsPerSecond: Math.round(events / took),
    p50: times[Math.floor(times.length * 0.5)] ?? 0,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
  };
}

interface Run {
  readonly settings: LoadSettings;
  readonly state: {
    requests: number;
    failed: number;
    readonly times: number[];
  };
  /** A request, how long to wait before the next one, or undefined: that was all. */
  readonly next: () => Buffer | number | undefined;
}

function drive({ settings, state, next }: Run): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(settings.port, "127.0.0.1");
    socket.setNoDelay(true);
    let sentAt = 0;
    const send = (): void => {
      const what = next();
      if (what === undefined) {
        socket.destroy();
        resolve();
        return;
      }
      if (typeof what === "number") {
        setTimeout(send, what);
        return;
      }
      sentAt = performance.now();
      socket.write(what);
    };
    onAnswers(socket, (status) => {
      state.requests += 1;
      state.failed += status === 202 ? 0 : 1;
      state.times.push(performance.now() - sentAt);
      send();
    });
    socket.on("connect", send);
    socket.on("error", reject);
  });
}

/** Calls back with the status of each whole answer; answers have a Content-Length. */
function onAnswers(socket: Socket, listener: (status: number) => void): void {
  let held: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const headEnd = held.indexOf("\r\n\r\n");
    if (headEnd === -1) {
      return;
    }
    const head = held.toString("latin1", 0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (held.length >= headEnd + 4 + length) {
      held = held.subarray(headEnd + 4 + length);
      listener(Number(head.slice(9, 12)));
    }
  });
}

function toRequest({ path, port, batch }: LoadSettings, body: Buffer): Buffer {
  const type = batch === 1 ? "application/json" : "application/x-ndjson";
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `Content-Type: ${type}`,
    "Prefer: return=minimal",
    `Content-Length: ${body.length}`,
  ].join("\r\n");
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]);
}

if (import.meta.main) {
  const settings = JSON.parse(process.argv[2] ?? "{}") as LoadSettings;
  process.stdout.write(`${JSON.stringify(await runLoad(settings))}\n`);
}
