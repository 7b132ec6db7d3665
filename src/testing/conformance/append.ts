/** What every stream must do with what is appended, as named cases over a fresh stream of four shards. */

import { deepEqual, equal, ok } from "node:assert/strict";
import type { Appender, RecordBatch } from "../../seams/append.ts";
import type { StreamReader } from "../../seams/consume.ts";

export interface AppendSubject {
  /** A stream with four shards. */
  readonly appender: Appender;
  readonly reader: StreamReader;
}

export interface AppendCase {
  readonly name: string;
  readonly run: (subject: AppendSubject) => Promise<void>;
}

export interface BatchExtras {
  /** First word of every record's hash; the others are 0. */
  readonly hashes?: readonly number[];
  readonly ids?: readonly string[];
  readonly keys?: readonly string[];
  /** What stands between two records of the buffer; a line feed when left out. */
  readonly between?: string;
}

/** A batch of texts, as a body of lines would give it. */
export function toBatch(
  records: readonly (string | Buffer)[],
  extras: BatchExtras = {},
): RecordBatch {
  const parts: Buffer[] = [];
  const starts = new Uint32Array(records.length);
  const ends = new Uint32Array(records.length);
  const between = Buffer.from(extras.between ?? "\n");
  let at = 0;
  records.forEach((record, i) => {
    const bytes = Buffer.from(record);
    starts[i] = at;
    ends[i] = at + bytes.length;
    at += bytes.length + between.length;
    parts.push(bytes, between);
  });
  const hashes = extras.hashes?.flatMap((word) => [word, 0, 0, 0]);
  return {
    count: records.length,
    bytes: Buffer.concat(parts),
    starts,
    ends,
    hashes: hashes === undefined ? undefined : Uint32Array.from(hashes),
    ids: extras.ids,
    keys: extras.keys,
  };
}

export interface ReadRecord {
  readonly shard: number;
  readonly sequence: number;
  readonly acceptedAt: number;
  readonly text: string;
  readonly id: string | undefined;
  readonly key: string | undefined;
}

/** Every record of a stream, oldest first. */
export async function readAll(reader: StreamReader, bytesMax = 65_536): Promise<ReadRecord[]> {
  const records: ReadRecord[] = [];
  let from = await reader.oldest();
  for (;;) {
    const frames = await reader.read(from, bytesMax);
    if (frames.length === 0) {
      return records;
    }
    for (const frame of frames) {
      for (let i = 0; i < frame.count; i += 1) {
        records.push({
          shard: frame.shard,
          sequence: frame.firstSequence + i,
          acceptedAt: frame.acceptedAt,
          text: frame.bytes.toString("latin1", frame.starts[i], frame.ends[i]),
          id: frame.ids?.[i],
          key: frame.keys?.[i],
        });
      }
      from = frame.next;
    }
  }
}

const QUARTER = 2 ** 30;

export const APPEND_CASES: readonly AppendCase[] = [
  {
    name: "counts the records of a shard from 1, without gaps",
    async run({ appender }) {
      const first = await appender.append(toBatch(["a", "b"], { hashes: [0, 0] }));
      const second = await appender.append(toBatch(["c"], { hashes: [0] }));
      deepEqual([...first.sequences, ...second.sequences], [1, 2, 3]);
      equal(new Set([...first.shards, ...second.shards]).size, 1);
    },
  },
  {
    name: "splits the hashes evenly among the shards, by their first bits",
    async run({ appender }) {
      const hashes = [0, QUARTER - 1, QUARTER, 2 * QUARTER, 3 * QUARTER - 1, 4 * QUARTER - 1];
      const batch = toBatch(["a", "b", "c", "d", "e", "f"], { hashes });
      deepEqual([...(await appender.append(batch)).shards], [0, 0, 1, 2, 2, 3]);
    },
  },
  {
    name: "answers in the batch's order when shards alternate",
    async run({ appender, reader }) {
      const hashes = [0, QUARTER, 0, QUARTER, 0];
      const texts = ["a1", "b1", "a2", "b2", "a3"];
      const { shards, sequences } = await appender.append(toBatch(texts, { hashes }));
      deepEqual([...shards], [0, 1, 0, 1, 0]);
      deepEqual([...sequences], [1, 1, 2, 2, 3]);
      const read = await readAll(reader);
      for (const [i, text] of texts.entries()) {
        const mine = read.filter((r) => r.shard === shards[i] && r.sequence === sequences[i]);
        deepEqual(
          mine.map((record) => record.text),
          [text],
        );
      }
    },
  },
  {
    name: "keeps a batch without hashes together",
    async run({ appender }) {
      const { shards } = await appender.append(toBatch(["a", "b", "c", "d"]));
      equal(new Set(shards).size, 1);
    },
  },
  {
    name: "copies before it returns, so that the caller may use its buffer again",
    async run({ appender, reader }) {
      const batch = toBatch(["before"]);
      const appended = appender.append(batch);
      batch.bytes.fill("x");
      await appended;
      deepEqual(
        (await readAll(reader)).map((record) => record.text),
        ["before"],
      );
    },
  },
  {
    name: "keeps bytes as they are: empty records, line feeds, zeros, any byte",
    async run({ appender, reader }) {
      const odd = ["", "two\nlines", "\0\0", "", Buffer.from([0xff, 0xfe, 10, 10]), "\n", "end"];
      await appender.append(toBatch(odd, { between: "" }));
      await appender.append(toBatch(odd, { between: "\n" }));
      await appender.append(toBatch(odd, { between: ", \n" }));
      const texts = odd.map((record) => Buffer.from(record).toString("latin1"));
      deepEqual(
        (await readAll(reader)).map((record) => record.text),
        [...texts, ...texts, ...texts],
      );
    },
  },
  {
    name: "keeps ids and keys beside the records, and their absence",
    async run({ appender, reader }) {
      const hashes = [0, QUARTER, 0];
      const ids = ["id-ä", "", "id-3"];
      await appender.append(toBatch(["a", "b", "c"], { hashes, ids, keys: ["k1", "k2", "k€"] }));
      await appender.append(toBatch(["d"], { hashes: [0], ids: ["only-id"] }));
      await appender.append(toBatch(["e"], { hashes: [0] }));
      const read = new Map((await readAll(reader)).map((record) => [record.text, record]));
      deepEqual([read.get("a")?.id, read.get("a")?.key], ["id-ä", "k1"]);
      deepEqual([read.get("b")?.id, read.get("b")?.key], ["", "k2"]);
      deepEqual([read.get("c")?.id, read.get("c")?.key], ["id-3", "k€"]);
      deepEqual([read.get("d")?.id, read.get("d")?.key], ["only-id", undefined]);
      deepEqual([read.get("e")?.id, read.get("e")?.key], [undefined, undefined]);
    },
  },
  {
    name: "keeps the order of calls within a key, however many are under way",
    async run({ appender, reader }) {
      const calls = Array.from({ length: 200 }, (_, i) =>
        appender.append(toBatch([`${i}`], { hashes: [(i % 4) * QUARTER] })),
      );
      const answers = await Promise.all(calls);
      answers.forEach((answer, i) => {
        deepEqual([answer.shards[0], answer.sequences[0]], [i % 4, Math.floor(i / 4) + 1]);
      });
      const read = await readAll(reader);
      for (let shard = 0; shard < 4; shard += 1) {
        const mine = read.filter((record) => record.shard === shard);
        deepEqual(
          mine.map((record) => record.text),
          Array.from({ length: 50 }, (_, i) => `${i * 4 + shard}`),
        );
      }
    },
  },
  {
    name: "answers a batch without records with nothing",
    async run({ appender, reader }) {
      const { shards, sequences } = await appender.append(toBatch([]));
      deepEqual([shards.length, sequences.length], [0, 0]);
      deepEqual(await readAll(reader), []);
    },
  },
  {
    name: "says when a record was accepted, the same to writer and reader, never running back",
    async run({ appender, reader }) {
      const first = await appender.append(toBatch(["a"]));
      const second = await appender.append(toBatch(["b"]));
      ok(first.acceptedAt > 0 && second.acceptedAt >= first.acceptedAt);
      deepEqual(
        (await readAll(reader)).map((record) => record.acceptedAt),
        [first.acceptedAt, second.acceptedAt],
      );
    },
  },
  {
    name: "takes a batch of many records and large ones",
    async run({ appender, reader }) {
      const many = Array.from({ length: 5000 }, (_, i) => `{"n":${i}}`);
      await appender.append(toBatch(many));
      await appender.append(toBatch(["x".repeat(1_000_000), "y"]));
      const texts = (await readAll(reader)).map((record) => record.text);
      deepEqual(texts, [...many, "x".repeat(1_000_000), "y"]);
    },
  },
];
