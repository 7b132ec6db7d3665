/** Certificate and key from files, read again when they change: open connections go on, new ones get the new ones. */

import { readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { ServerOptions } from "node:http";
import { createSecureContext } from "node:tls";
import { causeOf, Fault } from "../../../base/faults.ts";

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
}

const LOOK_EVERY_MS = 2000;
const HANDSHAKE_MS = 10_000;
const MIN_VERSION = "TLSv1.2";

/** Throws TLS_UNREADABLE. */
export function openTlsServer(files: TlsFiles, options: ServerOptions): TlsServer {
  let seen = stampOf(files);
  const server = createServer({
    ...options,
    ...readPair(files),
    minVersion: MIN_VERSION,
    handshakeTimeout: HANDSHAKE_MS,
  });
  const reload = (): void => {
    try {
      server.setSecureContext({ ...readPair(files), minVersion: MIN_VERSION });
      files.log(`certificate read again from ${files.cert}`);
    } catch (thrown) {
      files.log(`the certificate before stays in use: ${causeOf(thrown)}`);
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
  return { server, reload, [Symbol.dispose]: () => clearInterval(timer) };
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

function stampOf({ cert, key }: TlsFiles): string {
  return [cert, key]
    .map((path) => statSync(path, { throwIfNoEntry: false }))
    .map((facts) => `${facts?.mtimeMs}:${facts?.ino}:${facts?.size}`)
    .join(" ");
}
