/** What announcements must do, as named cases over a fresh, empty subject. */

import { deepEqual, equal, rejects } from "node:assert/strict";
import { toInstant } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { toObjectName } from "../../base/object-name.ts";
import type { Announcements, Manifest, StoredPart } from "../../seams/announce.ts";

export interface AnnounceSubject {
  readonly announcements: Announcements;
  /** Another reader of the same announcements, such as another process opens. */
  readonly elsewhere: () => Announcements;
}

export interface AnnounceCase {
  readonly name: string;
  readonly run: (subject: AnnounceSubject) => Promise<void>;
}

export const ANNOUNCE_CASES: readonly AnnounceCase[] = [
  {
    name: "has nothing before the first cut",
    async run({ announcements }) {
      equal(await announcements.newest("prices"), 0);
      equal(await announcements.read("prices", 1), undefined);
    },
  },
  {
    name: "gives a manifest back as it was published",
    async run({ announcements, elsewhere }) {
      const whole = manifest("prices", 1);
      const bare: Manifest = { ...manifest("prices", 2), object: undefined, failed: undefined };
      await announcements.publish(whole);
      await announcements.publish(bare);
      deepEqual(await announcements.read("prices", 1), whole);
      deepEqual(await elsewhere().read("prices", 2), bare);
    },
  },
  {
    name: "takes the same manifest again, and refuses another of its number",
    async run({ announcements }) {
      await announcements.publish(manifest("prices", 1));
      await announcements.publish(manifest("prices", 1));
      const other = { ...manifest("prices", 1), records: 99 };
      await rejects(announcements.publish(other), isDamaged);
      deepEqual(await announcements.read("prices", 1), manifest("prices", 1));
      equal(await announcements.newest("prices"), 1);
    },
  },
  {
    name: "refuses a gap",
    async run({ announcements }) {
      await announcements.publish(manifest("prices", 1));
      await rejects(announcements.publish(manifest("prices", 3)), /without gaps/);
      equal(await announcements.newest("prices"), 1);
    },
  },
  {
    name: "finds the newest cut from anywhere, however many there are",
    async run({ announcements, elsewhere }) {
      const watching = elsewhere();
      for (let cut = 1; cut <= 37; cut += 1) {
        await announcements.publish(manifest("prices", cut));
        equal(await elsewhere().newest("prices"), cut);
        if (cut % 5 === 0) {
          equal(await watching.newest("prices"), cut);
        }
      }
    },
  },
  {
    name: "keeps streams apart, whatever their names",
    async run({ announcements }) {
      const streams = ["prices", "prices.eu", ".", "..", ".hidden", "a-b_c.D"];
      for (const stream of streams) {
        await announcements.publish(manifest(stream, 1));
      }
      await announcements.publish(manifest("prices", 2));
      for (const stream of streams) {
        equal(await announcements.newest(stream), stream === "prices" ? 2 : 1);
        equal((await announcements.read(stream, 1))?.stream, stream);
      }
    },
  },
];

function manifest(stream: string, cut: number): Manifest {
  return {
    version: 1,
    stream,
    cut,
    records: 10,
    ranges: [{ shard: 0, first: cut * 10 - 9, last: cut * 10 }],
    object: part(`objects/${cut}.csv.gz`, 7),
    failed: part(`errors/${cut}.ndjson`, 2),
    dropped: [{ shard: 0, first: cut * 10, last: cut * 10 }],
    discovered: { colour: "text", size: "integer" },
    firstAcceptedAt: toInstant(1_700_000_000_000),
    lastAcceptedAt: toInstant(1_700_000_000_100),
    cutAt: toInstant(1_700_000_000_200),
    planHash: "0123456789abcdef",
  };
}

function part(name: string, records: number): StoredPart {
  const proved = toObjectName(name);
  if (proved === undefined) {
    throw new Fault("OBJECT_NAME_INVALID", { name, cause: "this suite is wrong" });
  }
  const sha256 = "ab".repeat(32);
  return { name: proved, format: "ndjson", compression: "none", records, bytes: 100, sha256 };
}

function isDamaged(thrown: unknown): boolean {
  return thrown instanceof Fault && thrown.code === "OBJECT_DAMAGED";
}
