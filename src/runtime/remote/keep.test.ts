/** What comes out of Kinesis: documents, lines, packs and rubbish, each once and each where it belongs. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defined } from "../../base/assert.ts";
import { toInstant } from "../../base/clock.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import { type MemoryLog, openMemoryLog } from "../../testing/memory/append.ts";
import { openKeep } from "./keep.ts";

const plan = await loadPlan(join(import.meta.dirname, "../../../test/journey/held-pipeline"));
const SEQUENCE = "49590338271490256608559692538361571095921575989136588898";

interface Kept {
  readonly events: MemoryLog;
  readonly letters: MemoryLog;
  readonly take: (data: string | Buffer, kept?: Iterable<string>) => Promise<void>;
}

function open(): Kept {
  const [events, letters] = [openMemoryLog({ shards: 1 }), openMemoryLog({ shards: 1 })];
  const stream = plan.streams.find(({ name }) => name === "sales");
  const clock = { now: () => toInstant(1000) };
  const keep = openKeep({ stream: defined(stream, "it has sales"), events, letters, clock });
  const take: Kept["take"] = async (data, kept = []) => {
    const records = [{ sequence: SEQUENCE, key: "k", data: Buffer.from(data) }];
    await keep({ shard: 3, records, kept: new Set(kept) });
  };
  return { events, letters, take };
}

const texts = (log: MemoryLog): string[] =>
  log.frames.flatMap(({ records }) => records.map((record) => record.toString()));
const keys = (log: MemoryLog): string[] => log.frames.flatMap((frame) => [...(frame.keys ?? [])]);

const sale = (id: string): string => JSON.stringify({ id, shop: "s", price: 1 });

describe("keeping what Kinesis holds", () => {
  it("takes a document over several lines, and several documents a line each", async () => {
    const { events, letters, take } = open();
    await take('{\n  "id": "a",\n  "shop": "s",\n  "price": 1\n}\n');
    await take(`${sale("b")}\n${sale("c")}`);
    expect(texts(events).map((text) => (JSON.parse(text) as { id: string }).id)).toEqual([
      "a",
      "b",
      "c",
    ]);
    expect(keys(events).at(-1)).toBe(`sales/3/${SEQUENCE}-1`);
    expect(letters.frames).toEqual([]);
  });

  it("sets aside what is no event, with the line it stood in, and nothing else", async () => {
    const { events, letters, take } = open();
    await take(`${sale("a")}\n{"id":"b"}\n${sale("c")}`);
    expect(keys(events)).toEqual([`sales/3/${SEQUENCE}`, `sales/3/${SEQUENCE}-2`]);
    expect(keys(letters)).toEqual([`sales/3/${SEQUENCE}-1`]);
    const letter = JSON.parse(texts(letters)[0] ?? "") as Record<string, unknown>;
    expect(letter).toMatchObject({
      stream: "sales",
      cause: "FIELD_MISSING",
      raw_text: '{"id":"b"}',
    });
  });

  it.each([
    ["nothing", ""],
    ["blanks", " \n "],
    ["bytes", Buffer.from([0xff, 0xfe, 0])],
    ["a number", "7"],
  ])("passes over nothing: %s is a dead letter", async (_what, data) => {
    const { events, letters, take } = open();
    await take(data);
    expect(events.frames).toEqual([]);
    expect(texts(letters)).toHaveLength(1);
  });

  it("leaves out what the logs have, line by line", async () => {
    const { events, letters, take } = open();
    const data = `${sale("a")}\n{"id":"b"}\n${sale("c")}\n{"id":"d"}`;
    const had = [`sales/3/${SEQUENCE}`, `sales/3/${SEQUENCE}-3`];
    await take(data, had);
    expect(keys(events)).toEqual([`sales/3/${SEQUENCE}-2`]);
    expect(keys(letters)).toEqual([`sales/3/${SEQUENCE}-1`]);
  });

  it("unpacks what the Kinesis Producer Library packed", async () => {
    const { events, letters, take } = open();
    await take(pack([sale("a"), '{"id":"b"}', sale("c")]));
    expect(texts(events).map((text) => (JSON.parse(text) as { id: string }).id)).toEqual([
      "a",
      "c",
    ]);
    expect(keys(events)).toEqual([`sales/3/${SEQUENCE}`, `sales/3/${SEQUENCE}-2`]);
    expect(keys(letters)).toEqual([`sales/3/${SEQUENCE}-1`]);
  });
});

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
}

/** An aggregated record as the library writes it: one key, records that point to it. */
function pack(documents: readonly string[]): Buffer {
  const records = documents.map((text) =>
    field(3, Buffer.concat([Buffer.from([8, 0]), field(3, Buffer.from(text))])),
  );
  const message = Buffer.concat([field(1, Buffer.from("key")), ...records]);
  const digest = createHash("md5").update(message).digest();
  return Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc2]), message, digest]);
}
