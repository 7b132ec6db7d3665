/** A cheap client for benches: keep-alive sockets, one request at a time on each, answers read by their length. */

import { connect, type Socket } from "node:net";

export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly path: string;
  readonly contentType: string;
  /** Bodies that are sent in turn. */
  readonly bodies: readonly Buffer[];
}

export interface Run {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
}

const HEAD_END = Buffer.from("\r\n\r\n");

async function runLoad(load: Load): Promise<Run> {
  const requests = load.bodies.map((body) => toRequest(load, body));
  const begin = performance.now() + load.warmUpSeconds * 1000;
  const end = begin + load.seconds * 1000;
  const times: number[] = [];
  let failures = 0;
  const note = (sentAt: number, ok: boolean): boolean => {
    const now = performance.now();
    if (now >= begin && now < end) {
      times.push(now - sentAt);
      failures += ok ? 0 : 1;
    }
    return now < end;
  };
  const work = Array.from({ length: load.connections }, (_, i) =>
    drive(load, { requests, note, i }),
  );
  await Promise.all(work);
  times.sort((a, b) => a - b);
  const at = (part: number): number => times[Math.floor(times.length * part)] ?? 0;
  return {
    requestsPerSecond: times.length / load.seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    failures,
  };
}

function toRequest({ path, contentType }: Load, body: Buffer): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
    "Prefer: return=minimal",
    "\r\n",
  ].join("\r\n");
  return Buffer.concat([Buffer.from(head), body]);
}

interface Work {
  readonly requests: readonly Buffer[];
  readonly note: (sentAt: number, ok: boolean) => boolean;
  readonly i: number;
}

/** Sends on one socket until the time is over. */
function drive({ port }: Load, { requests, note, i }: Work): Promise<void> {
  return new Promise((resolve, reject) => {
    let turn = i;
    let sentAt = 0;
    let rest: Buffer | undefined;
    const send = (socket: Socket): void => {
      turn = (turn + 1) % requests.length;
      sentAt = performance.now();
      socket.write(requests[turn] ?? HEAD_END);
    };
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => send(socket));
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      rest = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
      const status = wholeStatus(rest);
      if (status === undefined) {
        return;
      }
      rest = undefined;
      if (note(sentAt, status === 202)) {
        send(socket);
      } else {
        socket.end(() => resolve());
      }
    });
  });
}

/** The status once the answer is here whole. */
function wholeStatus(bytes: Buffer): number | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) {
    return undefined;
  }
  const head = bytes.toString("latin1", 0, headEnd);
  const at = head.indexOf("Content-Length: ");
  const length = Number.parseInt(head.slice(at + 16, at + 26), 10);
  return bytes.length < headEnd + 4 + length ? undefined : Number(head.slice(9, 12));
}

/** As a process of its own: the load comes by message, the run goes back. */
process.on("message", (load: Load & { readonly bodies: readonly string[] }) => {
  const bodies = load.bodies.map((body) => Buffer.from(body as unknown as string));
  void runLoad({ ...load, bodies }).then((run) => process.send?.(run, () => process.disconnect()));
});
