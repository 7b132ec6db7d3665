/** Reads one request's body, plain or gzip, never holding more of it than the limits allow. */

import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { BufferPool } from "./buffer-pool.ts";
import type { ByteBudget } from "./budget.ts";
import { Collector } from "./collector.ts";
import type { Coding } from "./media.ts";

export interface BodyMeans {
  readonly budget: ByteBudget;
  readonly pool: BufferPool;
  readonly bodyBytesMax: number;
  readonly bodyInflatedBytesMax: number;
}

/** A request as HTTP/1.1 or HTTP/2 brings it: what it takes to read its body. */
export interface BodySource extends Readable {
  readonly headers: IncomingHttpHeaders;
  /** Its body has arrived whole. */
  readonly complete: boolean;
}

export interface Body {
  readonly bytes: Buffer;
  /** Gives the bytes back; they must not be looked at afterwards. */
  release(): void;
}

/** The client went away before its body was whole: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";
}

/**
 * Rejects with BODY_TOO_LARGE, GATEWAY_BUSY, BODY_UNREADABLE or ClientGone, holding nothing. What the client still sends then
 * is read and thrown away by node, within the request's time-out, so that it gets to see the answer.
 */
export function readBody(request: BodySource, coding: Coding, means: BodyMeans): Promise<Body> {
  return coding === "gzip" ? readGzip(request, means) : readPlain(request, means);
}

/** Content-Length as a number; node's parser has refused what is not one. */
export function lengthOf(request: BodySource): number | undefined {
  const header = request.headers["content-length"];
  return header === undefined ? undefined : Number(header);
}

async function readPlain(request: BodySource, means: BodyMeans): Promise<Body> {
  const { budget, pool, bodyBytesMax: bytesMax } = means;
  const collector = new Collector({ budget, pool, bytesMax, announced: lengthOf(request) });
  return await new Promise((resolve, reject) => {
    let settled = false;
    const fail = (reason: Error): void => {
      if (!settled) {
        settled = true;
        collector.release();
        reject(reason);
      }
    };
    request.on("data", (chunk: Buffer) => {
      if (!settled) {
        attempt(() => collector.add(chunk), fail);
      }
    });
    request.on("end", () => {
      if (!settled) {
        settled = true;
        resolve({ bytes: collector.bytes(), release: () => collector.release() });
      }
    });
    const leave = (): void => {
      // Every request closes in the end; an error made for each would cost a tenth of the gateway's time.
      if (!settled) {
        fail(new ClientGone());
      }
    };
    request.on("error", leave);
    request.on("close", leave);
  });
}

const INFLATE_CHUNK_MIN = 16_384;
const INFLATE_CHUNK_MAX = 262_144;

async function readGzip(request: BodySource, means: BodyMeans): Promise<Body> {
  const { budget, pool, bodyBytesMax, bodyInflatedBytesMax: bytesMax } = means;
  const length = lengthOf(request);
  if (length !== undefined && length > bodyBytesMax) {
    throw new Fault("BODY_TOO_LARGE", { bytesMax: bodyBytesMax });
  }
  const collector = new Collector({ budget, pool, bytesMax, announced: undefined });
  // Each output chunk is one trip through the thread pool, so large bodies get large chunks.
  const chunkSize = Math.min(INFLATE_CHUNK_MAX, Math.max(INFLATE_CHUNK_MIN, (length ?? 0) * 4));
  const gunzip = createGunzip({ chunkSize });
  let arrived = 0;
  return await new Promise((resolve, reject) => {
    let settled = false;
    const fail = (reason: Error): void => {
      if (settled) {
        return;
      }
      settled = true;
      request.unpipe(gunzip);
      request.resume();
      gunzip.destroy();
      collector.release();
      reject(reason);
    };
    const succeed = (): void => {
      if (!settled) {
        settled = true;
        resolve({ bytes: collector.bytes(), release: () => collector.release() });
      }
    };
    request.on("data", (chunk: Buffer) => {
      arrived += chunk.length;
      if (arrived > bodyBytesMax) {
        fail(new Fault("BODY_TOO_LARGE", { bytesMax: bodyBytesMax }));
      }
    });
    const leave = (): void => {
      if (!settled && !request.complete) {
        fail(new ClientGone());
      }
    };
    request.on("error", leave);
    request.on("close", leave);
    gunzip.on("data", (chunk: Buffer) => {
      if (!settled) {
        attempt(() => collector.add(chunk), fail);
      }
    });
    gunzip.on("error", (thrown) => {
      if (arrived === 0 && request.complete) {
        succeed(); // No body at all is an empty one, however it says it is coded.
        return;
      }
      fail(new Fault("BODY_UNREADABLE", { cause: `gzip: ${causeOf(thrown)}` }, thrown));
    });
    gunzip.on("end", succeed);
    request.pipe(gunzip);
  });
}

function attempt(act: () => void, fail: (reason: Error) => void): void {
  try {
    act();
  } catch (thrown) {
    fail(thrown instanceof Error ? thrown : new Fault("INTERNAL", { cause: causeOf(thrown) }));
  }
}
