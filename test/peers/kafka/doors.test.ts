/** Who may read a real Apache Kafka: every mechanism and client certificates, and what is told to whom may not. */

import { Admin, ProduceAcks, Producer } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import type { SourceStatus } from "../../../src/seams/status.ts";
import { kafkaSource, type KafkaSourceOptions } from "../../../src/index.ts";
import { until, World } from "../../../src/stages/sources/world.fixture.ts";
import { Broker, READER, SCRAM } from "./broker.ts";

const LINES = 50;
/** What a wrong password may take to be told, on a busy machine. */
const TOLD_MS = 12_000;

let broker: Broker;
let groups = 0;

beforeAll(async () => {
  broker = await Broker.start();
  const to = { clientId: "test", bootstrapBrokers: [broker.address] };
  const admin = new Admin(to);
  await admin.createTopics({ topics: ["lines"], partitions: 2, replicas: 1 });
  await admin.close();
  const producer = new Producer(to);
  const messages = Array.from({ length: LINES }, (_none, n) => ({
    topic: "lines",
    value: Buffer.from(`line ${n}`),
  }));
  await producer.send({ messages, acks: ProduceAcks.ALL });
  await producer.close();
}, 480_000);

afterAll(() => broker[Symbol.asyncDispose]());

type Way = Pick<KafkaSourceOptions, "sasl" | "tls">;

interface Opened {
  readonly world: World;
  readonly status: () => SourceStatus | undefined;
}

function openWorld(address: string, way: Way, env: Readonly<Record<string, string>> = {}): Opened {
  groups += 1;
  const group = `doors-${groups}`;
  const source = kafkaSource({
    stream: "raw",
    from: `kafka://${address}/lines`,
    group,
    value: "text",
    ...way,
  });
  const schema = z.object({ value: z.string() });
  const world = new World({ name: "t", streams: { raw: { schema } }, sources: { safe: source } });
  world.env = env;
  const sources = world.open();
  return { world, status: () => sources.status()[0] };
}

/** Lines that came, each once. */
async function linesOf({ world }: Opened): Promise<number> {
  try {
    // A producer that sends again holds some lines twice in a new topic: they count by what they say.
    await until(() => new Set(world.records).size >= LINES);
    return new Set(world.records).size;
  } finally {
    await world.close();
  }
}

/** What is told instead, soon, without the password, and with nothing brought. */
async function troubleOf({ world, status }: Opened): Promise<string> {
  const started = performance.now();
  try {
    await until(() => status()?.trouble !== undefined);
    expect(performance.now() - started).toBeLessThan(TOLD_MS);
    const trouble = status()?.trouble;
    expect(trouble?.code).toBe("SOURCE_REFUSED");
    expect(JSON.stringify(status())).not.toContain("not-the-secret");
    expect(world.records).toEqual([]);
    return trouble?.message ?? "";
  } finally {
    await world.close();
  }
}

function saslBy(
  mechanism: "PLAIN" | (typeof SCRAM)[number],
  username: string = READER.username,
): Way {
  const sasl = { mechanism, username, password: "env:KAFKA_PASSWORD" } as const;
  return { tls: { ca: broker.certificate }, sasl };
}

it.each(["PLAIN", ...SCRAM] as const)(
  "%s: with the right password what is there comes",
  async (mechanism) => {
    const env = { KAFKA_PASSWORD: READER.password };
    expect(await linesOf(openWorld(broker.safeAddress, saslBy(mechanism), env))).toBe(LINES);
  },
);

it.each(["PLAIN", ...SCRAM] as const)("%s: a wrong password is told at once", async (mechanism) => {
  const env = { KAFKA_PASSWORD: "not-the-secret" };
  expect(await troubleOf(openWorld(broker.safeAddress, saslBy(mechanism), env))).toMatch(
    /user or password/,
  );
});

it("a user whom the broker does not know is told at once", async () => {
  const env = { KAFKA_PASSWORD: READER.password };
  const world = openWorld(broker.safeAddress, saslBy("SCRAM-SHA-512", "nobody"), env);
  expect(await troubleOf(world)).toMatch(/user or password/);
});

it("a client certificate that the broker trusts lets in", async () => {
  expect(
    await linesOf(
      openWorld(broker.mutualAddress, { tls: { ca: broker.certificate, ...broker.client } }),
    ),
  ).toBe(LINES);
});

it.each([
  [
    "another client certificate",
    () => ({ ca: broker.certificate, ...broker.stranger }),
    /tls\.cert/,
  ],
  ["no client certificate", () => ({ ca: broker.certificate }), /tls\.cert/],
  ["a broker that is not trusted", () => ({}), /self-signed certificate/],
] as const)("%s is told at once", async (_name, tls, said) => {
  expect(await troubleOf(openWorld(broker.mutualAddress, { tls: tls() }))).toMatch(said);
});
