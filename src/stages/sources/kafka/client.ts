/** The Kafka client, loaded only where a kafka:// source runs: it is an optional dependency of Millrace. */

import type * as Kafka from "@platformatic/kafka";
import { readFileSync } from "node:fs";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { KafkaSourcePlan } from "../../../plan/sources/source-plan.ts";
import type { ReaderWorld } from "../reader.ts";
import { fillIn } from "../variables.ts";
import { whyOf } from "./why.ts";

export type Consumer = Kafka.Consumer;
export type Stream = Kafka.MessagesStream<Buffer, Buffer, Buffer, Buffer>;

const CONNECT_MS = 10_000;
const REQUEST_MS = 30_000;
/** A process that was killed holds its partitions for so long. */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 2000;
/** What a wrong password or certificate takes to be told. */
const PROBE_MS = 15_000;
/** Joining waits for members that were killed. */
const OPEN_MS = 45_000;
const CLOSE_MS = 5000;
/** Messages the client holds for us beyond the batch in the making. */
const AHEAD = 4096;
const FETCH_BYTES = 8_388_608;

export interface Opened {
  readonly consumer: Consumer;
  readonly stream: Stream;
  close(): Promise<void>;
}

/** Throws DRIVER_MISSING, SOURCE_REFUSED, SOURCE_VARIABLE_MISSING. */
export async function openConsumer(
  plan: KafkaSourcePlan,
  { name, world }: { readonly name: string; readonly world: ReaderWorld },
): Promise<Opened> {
  const { Admin, Consumer: Client } = await load();
  const { group, topics } = plan;
  const connection = toConnection(plan, name, world);
  await probe(new Admin({ ...connection, retries: 0 }), plan, name);
  const consumer = new Client({
    ...connection,
    groupId: group,
    retries: 3,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
  });
  // Without a listener an error event would end the process; what matters of it comes through the stream.
  consumer.on("error", () => undefined);
  try {
    const consuming = consumer.consume({
      topics: [...topics],
      mode: "committed",
      fallbackMode: plan.start,
      autocommit: false,
      maxWaitTime: plan.wait,
      maxBytes: FETCH_BYTES,
      // Messages of transactions that were given up are nobody's.
      isolationLevel: 1,
      highWaterMark: AHEAD,
    });
    const stream = await within(OPEN_MS, consuming);
    stream.on("error", () => undefined);
    return { consumer, stream, close: () => closeAll(consumer, stream) };
  } catch (thrown) {
    await closeAll(consumer, undefined);
    throw refused(plan, name, thrown);
  }
}

function toConnection(
  { brokers, sasl, tls }: KafkaSourcePlan,
  name: string,
  { env }: ReaderWorld,
): Kafka.BaseOptions {
  const login = sasl && {
    mechanism: sasl.mechanism,
    username: fillIn(sasl.username, name, env),
    password: fillIn(sasl.password, name, env),
  };
  return {
    clientId: `millrace-${name}`,
    bootstrapBrokers: [...brokers],
    connectTimeout: CONNECT_MS,
    timeout: REQUEST_MS,
    ...(login === undefined ? {} : { sasl: login }),
    ...toTls(tls, name),
  };
}

/** One try: a consumer would go on trying a wrong password, certificate or topic until its time is over. */
async function probe(admin: Kafka.Admin, plan: KafkaSourcePlan, name: string): Promise<void> {
  admin.on("error", () => undefined);
  try {
    await within(PROBE_MS, admin.metadata({ topics: [...plan.topics] }));
  } catch (thrown) {
    throw refused(plan, name, thrown);
  } finally {
    await admin.close().catch(() => undefined);
  }
}

/** What `work` gives; throws when it takes longer, and then nobody hears of it any more. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const cause = `the broker did not answer, or did not let the group be joined, within ${ms / 1000} s`;
  const timer = setTimeout(() => late.reject(new TypeError(cause)), ms);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export function refused(plan: KafkaSourcePlan, source: string, thrown: unknown): Fault {
  if (thrown instanceof Fault) {
    return thrown;
  }
  const place = `kafka://${plan.brokers.join(",")}/${plan.topics.join(",")}`;
  return new Fault(
    "SOURCE_REFUSED",
    { place, source, cause: whyOf(thrown, { tls: plan.tls !== undefined }) },
    thrown,
  );
}

function toTls(tls: KafkaSourcePlan["tls"], source: string): object {
  if (tls === undefined) {
    return {};
  }
  try {
    const files = Object.entries(tls).map(([name, path]) => [name, readFileSync(path)]);
    return { tls: Object.fromEntries(files) as object };
  } catch (thrown) {
    throw new Fault("SOURCE_REFUSED", { place: "tls", source, cause: causeOf(thrown) }, thrown);
  }
}

/** A broker that is gone answers no goodbye: it is not waited for. */
async function closeAll(consumer: Consumer, stream: Stream | undefined): Promise<void> {
  const patience = Promise.withResolvers<void>();
  const timer = setTimeout(patience.resolve, CLOSE_MS);
  const closing = (async () => {
    await stream?.close();
    await consumer.close(true);
  })();
  await Promise.race([closing.catch(() => undefined), patience.promise]);
  clearTimeout(timer);
}

async function load(): Promise<typeof Kafka> {
  try {
    return await import("@platformatic/kafka");
  } catch (thrown) {
    const facts = { what: "A source on Kafka", package: "@platformatic/kafka" };
    throw new Fault("DRIVER_MISSING", facts, thrown);
  }
}
