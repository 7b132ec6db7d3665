/** Peers as processes of a test: started on a free port, waited for, ended by pid. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../src/base/faults.ts";
import { PEER_PATHS } from "./catalogue.ts";

export interface Peer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

export interface PeerCommand {
  readonly command: string;
  readonly args: (port: number) => readonly string[];
  readonly cwd?: string;
  /** `other` is a free port too. */
  readonly env?: (port: number, other: number) => Readonly<Record<string, string>>;
}

/** What every peer takes for the name and the key of an account; nothing secret. */
export const PEER_KEYS = {
  AWS_ACCESS_KEY_ID: "millrace",
  AWS_SECRET_ACCESS_KEY: "millrace-secret",
  AWS_REGION: "us-east-1",
} as const;

const PEER_ACCOUNT = "000000000000";
const START_MS = 60_000;
const LOOK_MS = 50;

/** Between looking for a free port and listening on it somebody else may have taken it. */
const TAKEN = /address already in use|EADDRINUSE/i;
const TRIES = 3;

/** Resolves when the peer takes connections; throws with its last words when it does not. */
export async function startPeer(wanted: PeerCommand): Promise<Peer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(wanted);
    } catch (thrown) {
      if (attempt === TRIES || !(thrown instanceof Fault && TAKEN.test(thrown.message))) {
        throw thrown;
      }
    }
  }
}

async function startOnce({ command, args, env, cwd }: PeerCommand): Promise<Peer> {
  const port = await freePort();
  const other = await freePort();
  const child = spawn(command, args(port), {
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env?.(port, other) },
  });
  let said = "";
  const hear = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-4000));
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const url = `http://127.0.0.1:${port}`;
  const until = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > until) {
      await end(child);
      throw new Fault("USAGE", { cause: `${command} did not start: ${said}`, command });
    }
    await pause(LOOK_MS);
  }
  return { url, port, [Symbol.asyncDispose]: () => end(child) };
}

export function startMoto(): Promise<Peer> {
  return startPeer({
    command: PEER_PATHS.pythonBin("moto_server"),
    args: (port) => ["-H", "127.0.0.1", "-p", `${port}`],
    // One account everywhere, so that what is said of it can be compared.
    env: () => ({ MOTO_ACCOUNT_ID: PEER_ACCOUNT }),
  });
}

/** fakesnow behind Snowflake's SQL API. */
export function startFakesnow(): Promise<Peer> {
  return startPeer({
    command: PEER_PATHS.fakesnowBin("python"),
    args: (port) => [join(import.meta.dirname, "snowflake/sql_api.py"), `${port}`],
  });
}

/** fakesnow's own server, for Snowflake's own driver; `s3` is where its stages' buckets are. */
export function startFakesnowForDriver(s3 = ""): Promise<Peer> {
  return startPeer({
    command: PEER_PATHS.fakesnowBin("python"),
    args: (port) => [join(import.meta.dirname, "snowflake/driver_server.py"), `${port}`],
    env: () => ({ ...PEER_KEYS, AWS_DEFAULT_REGION: PEER_KEYS.AWS_REGION, AWS_ENDPOINT_URL: s3 }),
  });
}

/** AWS as one emulator has it, CloudFormation included. */
export function startMinistack(): Promise<Peer> {
  return startPeer({
    command: PEER_PATHS.emulatorBin("ministack"),
    args: () => [],
    env: (port) => ({ GATEWAY_PORT: `${port}`, MINISTACK_HOST: "127.0.0.1" }),
  });
}

/** An S3 gateway over an empty folder of its own. */
export async function startVersitygw(): Promise<Peer> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-versitygw-"));
  const { AWS_ACCESS_KEY_ID: access, AWS_SECRET_ACCESS_KEY: secret } = PEER_KEYS;
  const peer = await startPeer({
    command: PEER_PATHS.goBin("versitygw"),
    args: (port) => [
      `--access=${access}`,
      `--secret=${secret}`,
      "--region=us-east-1",
      `--port=127.0.0.1:${port}`,
      "posix",
      folder,
    ],
  });
  return {
    ...peer,
    [Symbol.asyncDispose]: async () => {
      await peer[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(2000) });
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  const port = await promise;
  await new Promise((closed) => {
    server.close(closed);
  });
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = new Promise((resolve) => {
    child.once("exit", resolve);
  });
  child.kill("SIGKILL");
  await ended;
}

const KINESIS_LOCAL_WAITS = [
  "CREATE_STREAM",
  "DELETE_STREAM",
  "MERGE_SHARDS",
  "SPLIT_SHARD",
  "UPDATE_SHARD_COUNT",
] as const;

/** A twin of Kinesis; it forgets everything when it ends. */
export function startKinesisLocal(): Promise<Peer> {
  return startPeer({
    command: PEER_PATHS.npmBin("kinesis-local"),
    // It reads its certificate from where it is started.
    cwd: join(PEER_PATHS.npm, "node_modules", "kinesis-local"),
    args: () => [],
    env: (port, other) => ({
      KINESIS_MOCK_PLAIN_PORT: `${port}`,
      // It insists on both.
      KINESIS_MOCK_TLS_PORT: `${other}`,
      // Fifty, without a word, which the cases together are above.
      SHARD_LIMIT: "500",
      ...Object.fromEntries(KINESIS_LOCAL_WAITS.map((name) => [`${name}_DURATION`, "10ms"])),
      LOG_LEVEL: "ERROR",
    }),
  });
}
