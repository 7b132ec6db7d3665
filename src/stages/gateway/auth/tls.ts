/** Certificate and key from files, read again when they change: open connections go on, new ones get the new ones. */

import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { ServerOptions } from "node:http";
import { createSecureContext } from "node:tls";
import { type Instant, systemClock, toInstant } from "../../../base/clock.ts";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { TlsMeter, Trouble } from "../../../seams/meter.ts";

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Told of each reload, and of one that failed. */
  readonly log: (line: string) => void;
}

export interface TlsServer extends Disposable {
  readonly server: Server;
  /** Reads the files again; on a failure the old ones stay. */
  reload(): void;
  meter(): TlsMeter;
}

const LOOK_EVERY_MS = 2000;
const HANDSHAKE_MS = 10_000;
const MIN_VERSION = "TLSv1.2";

/** Throws TLS_UNREADABLE. */
export function openTlsServer(files: TlsFiles, options: ServerOptions): TlsServer {
  let seen = stampOf(files);
  const first = readPair(files);
  let endsAt = endOf(first.cert);
  let trouble: Trouble | undefined;
  const server = createServer({
    ...options,
    ...first,
    minVersion: MIN_VERSION,
    handshakeTimeout: HANDSHAKE_MS,
  });
  const reload = (): void => {
    try {
      const pair = readPair(files);
      server.setSecureContext({ ...pair, minVersion: MIN_VERSION });
      [endsAt, trouble] = [endOf(pair.cert), undefined];
      files.log(`certificate read again from ${files.cert}`);
    } catch (thrown) {
      const message = `the certificate before stays in use: ${causeOf(thrown)}`;
      const since = trouble?.since ?? systemClock.now();
      trouble = { code: "TLS_UNREADABLE", message, since, attempts: (trouble?.attempts ?? 0) + 1 };
      files.log(message);
    }
  };
  // Looking is more certain than being told: files come by renaming, by links, and over networks.
  const timer = setInterval(() => {
    const now = stampOf(files);
    if (now !== seen) {
      seen = now;
      reload();
    }
  }, LOOK_EVERY_MS).unref();
  return {
    server,
    reload,
    meter: () => ({ endsAt, trouble }),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function readPair({ cert, key }: TlsFiles): { readonly cert: Buffer; readonly key: Buffer } {
  try {
    const pair = { cert: readFileSync(cert), key: readFileSync(key) };
    createSecureContext(pair);
    return pair;
  } catch (thrown) {
    throw new Fault("TLS_UNREADABLE", { cert, key, cause: causeOf(thrown) }, thrown);
  }
}

function endOf(certificate: Buffer): Instant {
  return toInstant(new X509Certificate(certificate).validToDate.getTime());
}

function stampOf({ cert, key }: TlsFiles): string {
  return [cert, key]
    .map((path) => statSync(path, { throwIfNoEntry: false }))
    .map((facts) => `${facts?.mtimeMs}:${facts?.ino}:${facts?.size}`)
    .join(" ");
}
