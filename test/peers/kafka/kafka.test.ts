/** Topics of a real Apache Kafka: each message once, whatever is killed; and raw values, keys, headers, tombstones. */

import { Admin, type MessageToProduce, ProduceAcks, Producer } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SourceStatus } from "../../../src/seams/status.ts";
import { pause, RunningPipeline } from "../../journey/running.ts";
import { Broker } from "./broker.ts";

const MESSAGES = Number(process.env["PEERS_KAFKA_MESSAGES"] ?? 1_000_000);
const PARTITIONS = 6;
const PER_SEND = 2000;
const WHOLE_MS = 900_000;

let broker: Broker;
let running: RunningPipeline;

beforeAll(async () => {
  broker = await Broker.start();
  process.env["TEST_KAFKA"] = broker.address;
  const admin = new Admin({ clientId: "test", bootstrapBrokers: [broker.address] });
  await admin.createTopics({ topics: ["orders", "lines"], partitions: PARTITIONS, replicas: 1 });
  await admin.close();
  running = new RunningPipeline("test/peers/kafka/pipeline");
}, 480_000);

afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await broker[Symbol.asyncDispose]();
});

/** Sends all of `messages`, again when the broker goes away meanwhile: what came twice has one id. */
async function send(messages: readonly MessageToProduce[]): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const producer = new Producer({ clientId: "test", bootstrapBrokers: [broker.address] });
    producer.on("error", () => undefined);
    try {
      await producer.send({ messages: [...messages], acks: ProduceAcks.ALL });
      return;
    } catch (thrown) {
      if (attempt > 60) {
        throw thrown;
      }
      await pause(500);
    } finally {
      await producer.close(true).catch(() => undefined);
    }
  }
}

function order(n: number): MessageToProduce {
  const value = JSON.stringify({ id: `order-${n}`, n });
  return {
    topic: "orders",
    key: Buffer.from(`till-${n % 40}`),
    value: Buffer.from(value),
    partition: n % PARTITIONS,
  };
}

async function produceAll(): Promise<void> {
  for (let from = 0; from < MESSAGES; from += PER_SEND) {
    const count = Math.min(PER_SEND, MESSAGES - from);
    await send(Array.from({ length: count }, (_none, index) => order(from + index)));
  }
}

async function orders(): Promise<SourceStatus | undefined> {
  const { sources } = await running.status();
  return sources.find(({ name }) => name === "orders");
}

async function lag(): Promise<string | undefined> {
  return (await orders())?.lag;
}

/** Whatever the lag says meanwhile is kept in `lags`. */
async function untilBrought(count: number, lags = new Set<string | undefined>()): Promise<void> {
  const until = Date.now() + WHOLE_MS / 3;
  for (;;) {
    const told = await orders();
    if ((told?.records ?? 0) >= count) {
      return;
    }
    if (Date.now() > until) {
      throw new TypeError(`${count} are not brought: ${JSON.stringify(told)}`);
    }
    lags.add(told?.lag);
    await pause(100);
  }
}

it(
  `${MESSAGES} messages over ${PARTITIONS} partitions, two kills of the pipeline and one of the broker: each id once`,
  async () => {
    await running.start();
    const producing = produceAll();
    await untilBrought(MESSAGES * 0.15);
    await running.kill();
    await running.start();
    await untilBrought(MESSAGES * 0.4);
    await broker.kill();
    await pause(2000);
    await broker.revive();
    await untilBrought(MESSAGES * 0.65);
    await running.kill();
    await producing;
    await running.start();
    const lags = new Set<string | undefined>();
    await untilBrought(MESSAGES, lags);
    // Not at the start either, when it has heard of no partition or of some.
    expect(lags).not.toContain("0 messages");
    // What a producer sent again counts as brought too: only the lag says that nothing is left.
    await expect.poll(lag, { timeout: WHOLE_MS / 3, interval: 500 }).toBe("0 messages");
    await running.drain(300_000);
    const [facts] = await running.rows(`select count(distinct id) as ids, count(*) as rows,
      count(distinct partition) as partitions, count(distinct till) as tills from raw_orders`);
    // The broker may hold a message twice whose sender did not hear that it was taken: two offsets, one id.
    const [twice] = await running.rows(`select count(*) as rows from (
      select id from raw_orders group by id having count(*) > count(distinct partition || '/' || "offset"))`);
    expect(facts).toMatchObject({ ids: MESSAGES, partitions: PARTITIONS, tills: 40 });
    expect(twice).toEqual({ rows: 0 });
    const verified = running.cli("verify");
    expect(verified.out).toContain("BALANCED");
    expect(verified.code).toBe(0);
    expect(await lag()).toBe("0 messages");
    process.stdout.write(`${JSON.stringify({ messages: MESSAGES, ...facts })}\n`);
  },
  WHOLE_MS,
);

it("raw values with keys and headers; a tombstone is passed over; a restart brings nothing twice", async () => {
  const lines = Array.from({ length: 50 }, (_none, n) => ({
    topic: "lines",
    key: Buffer.from(`k${n}`),
    value: Buffer.from(`line "${n}"\n`),
    headers: new Map([[Buffer.from("source"), Buffer.from("test")]]),
    partition: 0,
  }));
  const { value: _value, ...tombstone } = { ...lines[0], topic: "lines", partition: 0 };
  await send([...lines.slice(0, 25), tombstone, ...lines.slice(25)]);
  const arrived = async (): Promise<number> =>
    Number((await running.rows("select count(*) as n from raw_lines"))[0]?.["n"]);
  const until = Date.now() + 30_000;
  while ((await arrived()) < 50 && Date.now() < until) {
    await pause(200);
  }
  await running.stop();
  await running.start();
  await pause(3000);
  await running.drain();
  const [row] = await running.rows("select value, key, headers from raw_lines where key = 'k7'");
  expect(row).toMatchObject({ value: 'line "7"\n', key: "k7" });
  expect(JSON.stringify(row?.["headers"])).toContain("test");
  expect(await arrived()).toBe(50);
  expect(running.cli("verify").out).toContain("BALANCED");
});

it("a broker that is away is told, and waited for", async () => {
  await broker.kill();
  const until = Date.now() + 60_000;
  while ((await orders())?.trouble === undefined && Date.now() < until) {
    await pause(200);
  }
  const { trouble, lag: known } = (await orders()) ?? {};
  expect({ code: trouble?.code, known }).toEqual({ code: "SOURCE_REFUSED", known: undefined });
});
