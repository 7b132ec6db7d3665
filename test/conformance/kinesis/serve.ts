/** The front half of a pipeline with its AWS services on a port, in this process. For tests only. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { systemClock, type Clock } from "../../../src/base/clock.ts";
import { loadPlan } from "../../../src/plan/load-plan.ts";
import { dataPaths } from "../../../src/runtime/data-folder.ts";
import { openFront, type Front } from "../../../src/runtime/front.ts";
import { openWire, type WireSettings } from "../../../src/runtime/wire/open-wire.ts";
import { type KeyStore, openGateway } from "../../../src/stages/gateway/index.ts";
import { CborHandler, speakCbor } from "./cbor.ts";

export const CREDENTIALS = { accessKeyId: "AKIAMILLRACE", secretAccessKey: "a/secret+of=40" };

/** JSON over HTTP/2 or HTTP/1.1, or CBOR over HTTP/1.1. */
export type Transport = 2 | 1 | "cbor";

export const TRANSPORTS: readonly { readonly how: Transport; readonly name: string }[] = [
  { how: 2, name: "JSON over HTTP/2" },
  { how: 1, name: "JSON over HTTP/1.1" },
  { how: "cbor", name: "CBOR over HTTP/1.1" },
];

const HANDLERS = {
  2: () => ({}),
  1: () => ({ requestHandler: new NodeHttpHandler() }),
  cbor: () => ({ requestHandler: new CborHandler() }),
};

export type ServeSettings = Partial<WireSettings> & { readonly store?: KeyStore };

interface Caller {
  readonly region?: string;
  readonly id?: string;
  readonly secret?: string;
}

export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly front: Front;
  /** The SDK's own choice, JSON over HTTP/2, when nothing else is asked for. */
  client(how?: Transport, more?: Caller): KinesisClient;
  /** Forgets what is past retention, as a running pipeline does once a minute. */
  trim(): Promise<void>;
}

export async function serve(
  folder: string,
  { store, ...settings }: ServeSettings = {},
  clock: Clock = systemClock,
): Promise<Served> {
  await using opening = new AsyncDisposableStack();
  const plan = await loadPlan(join(import.meta.dirname, "pipeline"));
  const paths = dataPaths(folder);
  const front = opening.use(await openFront({ plan, paths, clock }));
  const keys = `${CREDENTIALS.accessKeyId}:${CREDENTIALS.secretAccessKey}`;
  const wire = opening.use(
    await openWire({
      plan,
      paths,
      front,
      host: "127.0.0.1",
      clock,
      ...(store === undefined ? {} : { keys: store }),
      settings: { anonymous: false, keys, shardLimits: false, ...settings },
    }),
  );
  const gateway = opening.use(
    await openGateway({
      host: "127.0.0.1",
      port: 0,
      ingest: front.ingest,
      streams: front.doors,
      rest: (_request, response) => response.writeHead(404).end(),
      wire: wire.means,
      newId: front.newId,
    }),
  );
  const clients: KinesisClient[] = [];
  opening.defer(() => {
    for (const client of clients) {
      client.destroy();
    }
  });
  const open = opening.move();
  return {
    url: gateway.url,
    front,
    client(how = 2, more = {}) {
      const client = openClient(gateway.url, how, more);
      clients.push(client);
      return client;
    },
    trim: () => wire.kinesis.trim(),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

function openClient(endpoint: string, how: Transport, more: Caller): KinesisClient {
  const { region = "eu-central-1", id = CREDENTIALS.accessKeyId } = more;
  const { secret = CREDENTIALS.secretAccessKey } = more;
  const client = new KinesisClient({
    endpoint,
    region,
    credentials: { accessKeyId: id, secretAccessKey: secret },
    maxAttempts: 1,
    ...HANDLERS[how](),
  });
  if (how === "cbor") {
    speakCbor(client);
  }
  return client;
}

export function scratchFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "millrace-kinesis-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
