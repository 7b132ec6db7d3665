/**
 * Two pipelines in one group of a real Apache Kafka. While they come and go each message is in one of them, once; when one
 * is killed no message is lost.
 */

import { Admin, ProduceAcks, Producer } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pause, RunningPipeline } from "../../journey/running.ts";
import { Broker } from "./broker.ts";

const PARTITIONS = 6;
const MESSAGES = 24_000;
const PER_SEND = 400;
const WHOLE_MS = 600_000;

let broker: Broker;
let first: RunningPipeline;
let second: RunningPipeline;

beforeAll(async () => {
  broker = await Broker.start();
  const admin = new Admin({ clientId: "test", bootstrapBrokers: [broker.address] });
  const topics = ["shared", "killed", "lines"];
  await admin.createTopics({ topics, partitions: PARTITIONS, replicas: 1 });
  await admin.close();
}, 480_000);

afterAll(() => broker[Symbol.asyncDispose]());

async function open(topic: string): Promise<void> {
  [first, second] = [0, 1].map(() => {
    const running = new RunningPipeline("test/peers/kafka/pipeline");
    running.env = { TEST_KAFKA: broker.address, TEST_KAFKA_TOPIC: topic };
    return running;
  }) as [RunningPipeline, RunningPipeline];
  await first.start();
}

/** Sends `count` messages at a time, with that wait in between, until `wanted` says that there were enough. */
async function produce(
  topic: string,
  { count, waitMs }: { readonly count: number; readonly waitMs: number },
  wanted: (sent: number) => boolean,
): Promise<number> {
  const producer = new Producer({ clientId: "test", bootstrapBrokers: [broker.address] });
  let sent = 0;
  for (; wanted(sent); sent += count) {
    const messages = Array.from({ length: count }, (_none, index) => {
      const n = sent + index;
      const value = Buffer.from(JSON.stringify({ id: `order-${n}`, n }));
      return { topic, key: Buffer.from("till"), value, partition: n % PARTITIONS };
    });
    await producer.send({ messages, acks: ProduceAcks.ALL });
    await pause(waitMs);
  }
  await producer.close();
  return sent;
}

/** Every row as `id partition offset`, of both pipelines. */
async function rows(): Promise<readonly (readonly string[])[]> {
  const both = await Promise.all(
    [first, second].map(async (running) => {
      await running.drain(120_000);
      return (
        await running.rows(
          `select id || ' ' || partition || ' ' || "offset" as row from raw_orders`,
        )
      ).map(({ row }) => String(row));
    }),
  );
  return both;
}

async function brought(running: RunningPipeline): Promise<number> {
  const { sources } = await running.status();
  return sources.find(({ name }) => name === "orders")?.records ?? 0;
}

async function untilAll(): Promise<readonly (readonly string[])[]> {
  const until = Date.now() + WHOLE_MS / 3;
  for (;;) {
    const both = await rows();
    if (new Set(both.flat()).size >= MESSAGES || Date.now() > until) {
      return both;
    }
    await pause(1000);
  }
}

/** Waits until that pipeline has brought so many more. */
async function untilMore(running: RunningPipeline, more: number): Promise<void> {
  const wanted = (await brought(running)) + more;
  const until = Date.now() + WHOLE_MS / 5;
  while ((await brought(running)) < wanted) {
    expect(Date.now()).toBeLessThan(until);
    await pause(100);
  }
}

/** Rows, and sums that no others have than `0 … count - 1`, each once; as text, for no digit to be rounded away. */
async function sums(running: RunningPipeline, from: string): Promise<readonly bigint[]> {
  const [row] = await running.rows(`select count(*)::varchar as a, sum(n::hugeint)::varchar as b,
    sum(n::hugeint * n)::varchar as c, sum(hash(n::bigint)::hugeint)::varchar as d from ${from}`);
  return ["a", "b", "c", "d"].map((name) => BigInt(row?.[name] ?? 0));
}

it(
  "one joins, goes and comes again under load, three times: each message is in one of both, once",
  async () => {
    await open("shared");
    try {
      let producing = true;
      const produced = produce("shared", { count: 1000, waitMs: 50 }, () => producing);
      for (let round = 0; round < 3; round += 1) {
        await untilMore(first, 5000);
        await second.start();
        // Both read: the partitions were shared out anew.
        await untilMore(second, 5000);
        await untilMore(first, 5000);
        await second.stop();
      }
      await untilMore(first, 5000);
      producing = false;
      const messages = await produced;
      await second.start();
      const until = Date.now() + WHOLE_MS / 3;
      let both: readonly (readonly bigint[])[] = [];
      let found = 0n;
      while (found < BigInt(messages) && Date.now() < until) {
        await Promise.all([first.drain(120_000), second.drain(120_000)]);
        both = [await sums(first, "raw_orders"), await sums(second, "raw_orders")];
        found = both.reduce((sum, [count = 0n]) => sum + count, 0n);
      }
      process.stdout.write(
        `${JSON.stringify({ messages, rows: both.map(([count]) => String(count)) })}\n`,
      );
      const summed = [0, 1, 2, 3].map((at) => both.reduce((sum, one) => sum + (one[at] ?? 0n), 0n));
      expect(summed).toEqual(await sums(first, `range(${messages}) t(n)`));
      for (const running of [first, second]) {
        expect(running.cli("verify").out).toContain("BALANCED");
      }
    } finally {
      await first[Symbol.asyncDispose]();
      await second[Symbol.asyncDispose]();
    }
  },
  WHOLE_MS,
);

it(
  "one is killed and comes back: none is lost, and none is twice in one of them",
  async () => {
    await open("killed");
    try {
      await second.start();
      const slowly = { count: PER_SEND, waitMs: 300 };
      const producing = produce("killed", slowly, (sent) => sent < MESSAGES);
      await pause(5000);
      await second.kill();
      await pause(5000);
      await second.start();
      await producing;
      const both = await untilAll();
      expect(new Set(both.flat()).size).toBe(MESSAGES);
      for (const one of both) {
        expect(new Set(one).size).toBe(one.length);
      }
      process.stdout.write(`${JSON.stringify({ rows: both.map(({ length }) => length) })}\n`);
    } finally {
      await first[Symbol.asyncDispose]();
      await second[Symbol.asyncDispose]();
    }
  },
  WHOLE_MS,
);
