/** Two pipelines in one group of a real Apache Kafka: one comes, one goes, one is killed; no message is lost. */

import { Admin, ProduceAcks, Producer } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pause, RunningPipeline } from "../../journey/running.ts";
import { Broker } from "./broker.ts";

const PARTITIONS = 6;
const MESSAGES = 24_000;
const PER_SEND = 400;
/** Three changes of hands, each with the batches of a second or two. */
const IN_FLIGHT_MAX = 3 * 5 * PER_SEND;
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

/** Slowly, so that members come and go while messages do. */
async function produce(topic: string): Promise<void> {
  const producer = new Producer({ clientId: "test", bootstrapBrokers: [broker.address] });
  for (let from = 0; from < MESSAGES; from += PER_SEND) {
    const messages = Array.from({ length: PER_SEND }, (_none, index) => {
      const n = from + index;
      const value = Buffer.from(JSON.stringify({ id: `order-${n}`, n }));
      return { topic, key: Buffer.from("till"), value, partition: n % PARTITIONS };
    });
    await producer.send({ messages, acks: ProduceAcks.ALL });
    await pause(300);
  }
  await producer.close();
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

it(
  "one joins and goes again while messages come: none is lost, and only what was in flight is in both",
  async () => {
    await open("shared");
    try {
      const producing = produce("shared");
      await pause(3000);
      await second.start();
      await pause(6000);
      const halves = [await brought(first), await brought(second)];
      // Both read: the partitions were shared out anew.
      expect(Math.min(...halves)).toBeGreaterThan(0);
      await second.stop();
      await pause(3000);
      await second.start();
      await producing;
      const both = await untilAll();
      expect(new Set(both.flat()).size).toBe(MESSAGES);
      for (const one of both) {
        expect(new Set(one).size).toBe(one.length);
      }
      // What is just being kept while partitions change hands may be in both; nothing that was kept before.
      expect(both.flat().length - MESSAGES).toBeLessThanOrEqual(IN_FLIGHT_MAX);
      for (const running of [first, second]) {
        expect(running.cli("verify").out).toContain("BALANCED");
      }
      process.stdout.write(
        `${JSON.stringify({ halves, rows: both.map(({ length }) => length) })}\n`,
      );
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
      const producing = produce("killed");
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
