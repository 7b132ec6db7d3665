/** PutRecords over HTTP/1.1: ours with and without a definition, kinesalite and moto, one after the other in one run. */

import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PEER_PATHS } from "../test/peers/catalogue.ts";

const SECONDS = Number(process.argv[2] ?? 5);
/** As many as botocore keeps open by default (`max_pool_connections`). */
const CONNECTIONS = 10;
const RECORDS = 500;
const RECORD_BYTES = 200;
const START_MS = 120_000;
const ANSWER_MS = 30_000;
/** Some of the subjects' names, to measure no others. */
const ONLY = process.argv.slice(3);
const HEAD_END = Buffer.from("\r\n\r\n");

const root = join(import.meta.dirname, "..");

interface Subject {
  readonly name: string;
  readonly command: string;
  readonly args: (port: number, data: string) => readonly string[];
  readonly stream: string;
  /** Whether the records must be events of the bench's pipeline. */
  readonly events: boolean;
}

const ours = (port: number, data: string): string[] => [
  join(root, "bin/millrace.cjs"),
  "start",
  join(root, "bench/pipeline"),
  "--no-sources",
  "--aws-anonymous",
  "--data",
  data,
  "--port",
  `${port}`,
];

const SUBJECTS: readonly Subject[] = [
  {
    name: "millrace, bare stream",
    command: process.execPath,
    args: ours,
    stream: "bare",
    events: false,
  },
  {
    name: "millrace, pipeline",
    command: process.execPath,
    args: ours,
    stream: "orders",
    events: true,
  },
  {
    name: "kinesalite",
    command: process.execPath,
    args: (port) => [PEER_PATHS.npmBin("kinesalite"), "--port", `${port}`, "--createStreamMs", "1"],
    stream: "bare",
    events: false,
  },
  {
    name: "moto",
    command: PEER_PATHS.pythonBin("moto_server"),
    args: (port) => ["-H", "127.0.0.1", "-p", `${port}`],
    stream: "bare",
    events: false,
  },
];

for (const subject of SUBJECTS.filter(({ name }) => ONLY.length === 0 || ONLY.includes(name))) {
  const { name, command, args } = subject;
  const there =
    existsSync(command) && (command !== process.execPath || existsSync(args(0, "")[0] ?? ""));
  const says = there ? await measure(subject) : "is not installed: run npm run test:peers once";
  console.log(`${name.padEnd(24)} ${says}`);
}

async function measure(subject: Subject): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), "millrace-bench-"));
  const port = await freePort();
  const child = spawn(subject.command, subject.args(port, join(data, "data")), {
    cwd: root,
    stdio: "ignore",
  });
  try {
    await ready(port);
    if (!subject.events) {
      await create(port, subject.stream);
    }
    const bodies = Array.from({ length: 8 }, (_, i) => toBody(subject, i));
    const { calls, failures } = await load(port, bodies);
    const perSecond = Math.round((calls * RECORDS) / SECONDS);
    return `${perSecond.toLocaleString("en")} records/s in calls of ${RECORDS} × ${RECORD_BYTES} B, ${failures} failures`;
  } finally {
    await ended(child);
    rmSync(data, { recursive: true, force: true });
  }
}

function toBody({ stream, events }: Subject, seed: number): Buffer {
  const Records = Array.from({ length: RECORDS }, (_, i) => {
    const data = events ? JSON.stringify(toEvent(seed, i)) : "x".repeat(RECORD_BYTES);
    return { Data: Buffer.from(data).toString("base64"), PartitionKey: `customer-${i % 97}` };
  });
  return Buffer.from(JSON.stringify({ Records, StreamName: stream }));
}

function toEvent(seed: number, i: number): object {
  const event_id = createHash("md5").update(`${seed}.${i}`).digest("hex");
  return {
    event_id,
    occurred_at: "2026-07-13T14:05:06Z",
    customer: `customer-${i % 97}`,
    session: "s",
    channel: "web",
    country: "Kenya",
    product: "Maize",
    quantity: 3,
    price: 12.5,
    gift: false,
  };
}

async function create(port: number, stream: string): Promise<void> {
  const body = Buffer.from(JSON.stringify({ StreamName: stream, ShardCount: 4 }));
  await exchange(await open(port), toRequest("CreateStream", body));
  await pause(1500);
}

/** Every connection sends the next call when the last one is answered. */
async function load(
  port: number,
  bodies: readonly Buffer[],
): Promise<{ calls: number; failures: number }> {
  const requests = bodies.map((body) => toRequest("PutRecords", body));
  const end = performance.now() + SECONDS * 1000;
  const done = { calls: 0, failures: 0 };
  const drive = async (turn: number): Promise<void> => {
    let socket = await open(port);
    for (let i = turn; performance.now() < end; i += 1) {
      if (socket.destroyed || socket.readableEnded) {
        // Some servers hang up after each answer.
        socket.destroy();
        socket = await open(port);
      }
      const ok = await exchange(socket, requests[i % requests.length] ?? Buffer.alloc(0));
      done.calls += 1;
      done.failures += ok ? 0 : 1;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, turn) => drive(turn)));
  return done;
}

/** Signed in form only: none of the subjects looks at the signature here. */
function toRequest(action: string, body: Buffer): Buffer {
  const head = [
    "POST / HTTP/1.1",
    "Host: 127.0.0.1",
    "Content-Type: application/x-amz-json-1.1",
    `X-Amz-Target: Kinesis_20131202.${action}`,
    "X-Amz-Date: 20261126T000000Z",
    "Authorization: AWS4-HMAC-SHA256 Credential=K/20261126/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0",
    `Content-Length: ${body.length}`,
    "\r\n",
  ];
  return Buffer.concat([Buffer.from(head.join("\r\n")), body]);
}

/** Sends one request and reads its answer by its length; whether every record was stored, false when none comes. */
function exchange(socket: Socket, request: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    let got = Buffer.alloc(0);
    const end = (ok: boolean): void => {
      clearTimeout(timer);
      socket.off("data", take).off("close", hungUp);
      resolve(ok);
    };
    const hungUp = (): void => end(false);
    const timer = setTimeout(() => {
      socket.destroy();
      end(false);
    }, ANSWER_MS);
    const take = (chunk: Buffer): void => {
      got = Buffer.concat([got, chunk]);
      const head = got.indexOf(HEAD_END);
      const text = head < 0 ? "" : got.toString("latin1", 0, head);
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN);
      if (head >= 0 && got.length >= head + 4 + length) {
        const failed = /"FailedRecordCount": ?[1-9]/.test(got.toString("latin1", head, head + 200));
        end(/^HTTP\/1[.][01] 200/.test(text) && !failed);
      }
    };
    socket.on("data", take).on("close", hungUp);
    socket.write(request);
  });
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    // Once open, an error is told as the end of the connection.
    socket.on("error", reject);
  });
}

async function ready(port: number): Promise<void> {
  const until = performance.now() + START_MS;
  for (;;) {
    const socket = await open(port).catch(() => undefined);
    socket?.destroy();
    if (socket !== undefined || performance.now() > until) {
      return;
    }
    await pause(50);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => {
    child.once("close", resolve);
  });
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await gone;
  clearTimeout(timer);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
