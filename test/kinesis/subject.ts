/** A log that is fed through Kinesis, as a subject of the stream's suites: what is appended goes there and comes back. */

import { setTimeout as pause } from "node:timers/promises";
import { defined } from "../../src/base/assert.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { Appended, Appender, RecordBatch } from "../../src/seams/append.ts";
import type { StreamReader } from "../../src/seams/consume.ts";
import { openRegistry } from "../../src/stages/lake/index.ts";
import {
  Intake,
  LeaseBook,
  openMarks,
  openRemoteAppender,
  originText,
  type RemoteStream,
  sequenceText,
  startPump,
  type KeptLines,
  type Taken,
} from "../../src/stages/stream/remote/index.ts";
import { toBatch } from "../../src/testing/conformance/append.ts";
import { openMemoryLog } from "../../src/testing/memory/append.ts";
import { openMemoryReader } from "../../src/testing/memory/consume.ts";
import { openMemoryStore } from "../../src/testing/memory/store.ts";

/** Cases about what a Kinesis record of one JSON document per line cannot carry. */
export const NOT_OVER_KINESIS: ReadonlySet<string> = new Set([
  // Events are JSON on one line; a record of several has line feeds between them.
  "keeps bytes as they are: empty records, line feeds, zeros, any byte",
  // The place in Kinesis is what the log keeps beside an event.
  "keeps ids and keys beside the records, and their absence",
]);

export interface KinesisSubject extends AsyncDisposable {
  readonly appender: Appender;
  readonly reader: StreamReader;
  readonly another: () => Promise<StreamReader>;
}

const STREAM = "events";
const LATE_MS = 60_000;

interface Place {
  readonly acceptedAt: Appended["acceptedAt"];
  readonly shard: number;
  readonly sequence: number;
}

export function openOverKinesis(remote: RemoteStream, pollMs: number): KinesisSubject {
  const events = openMemoryLog({ shards: 4 });
  const letters = openMemoryLog({ shards: 1 });
  const places = new Map<string, Place>();
  const marks = openMarks(":memory:");
  const clock = systemClock;
  const keep = openRawKeep(events, places);
  const openEvents = async (): Promise<StreamReader> => openMemoryReader(events);
  const openLetters = async (): Promise<StreamReader> => openMemoryReader(letters);
  const intake = new Intake({ stream: STREAM, marks, keep, openEvents, openLetters });
  const registry = openRegistry(openMemoryStore());
  const leaseMs = 10_000;
  const book = new LeaseBook({ registry, stream: STREAM, me: "me", clock, leaseMs });
  const pump = startPump({
    remote,
    book,
    intake,
    marks,
    clock,
    sleep,
    leaseMs,
    pollMs,
    log: unheard,
    testament: async () => undefined,
    fenced: unheard,
  });
  const sender = openRemoteAppender({ remote, clock, sleep });
  const place = async (origin: string): Promise<Place> => {
    const until = Date.now() + LATE_MS;
    while (!places.has(origin) && Date.now() < until) {
      await pause(1);
    }
    return defined(places.get(origin), `${origin} comes back from Kinesis`);
  };
  return {
    appender: {
      async append(batch: RecordBatch): Promise<Appended> {
        const { acceptedAt, shards, names = [] } = await sender.append(batch);
        const origins = names.map((name, i) =>
          originText({ stream: STREAM, shard: shards[i] ?? 0, name }),
        );
        const found = await Promise.all(origins.map(place));
        return {
          acceptedAt: found[0]?.acceptedAt ?? acceptedAt,
          shards: Uint16Array.from(found, ({ shard }) => shard),
          sequences: Float64Array.from(found, ({ sequence }) => sequence),
        };
      },
    },
    reader: openMemoryReader(events),
    another: openEvents,
    async [Symbol.asyncDispose]() {
      await pump[Symbol.asyncDispose]();
      await sender[Symbol.asyncDispose]();
      marks[Symbol.dispose]();
    },
  };
}

/** Lines go into the log as they are: these suites are about the stream, not about what is checked before it. */
function openRawKeep(
  events: Appender,
  places: Map<string, Place>,
): (taken: Taken) => Promise<KeptLines> {
  return async ({ shard, records }) => {
    let lineCount = 0;
    for (const { sequence, key, data } of records) {
      const texts = data.toString("latin1").split("\n");
      const keys = texts.map((_text, line) =>
        originText({ stream: STREAM, shard, name: sequenceText(sequence, line) }),
      );
      const lines = texts.map((text) => Buffer.from(text, "latin1"));
      const batch = toBatch(lines, { keys, hashes: texts.map(() => firstWord(key)) });
      const { acceptedAt, shards, sequences } = await events.append(batch);
      keys.forEach((origin, i) =>
        places.set(origin, { acceptedAt, shard: shards[i] ?? 0, sequence: sequences[i] ?? 0 }),
      );
      lineCount += texts.length;
    }
    return { events: lineCount, letters: 0 };
  };
}

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {});
}

function unheard(): void {}

/** Events are put under their hash as key, in hexadecimal digits. */
function firstWord(key: string): number {
  return Number.parseInt(key.slice(0, 8), 16);
}
