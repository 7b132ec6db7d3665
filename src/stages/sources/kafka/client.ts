/** The Kafka client, loaded only where a kafka:// source runs: it is an optional dependency of Millrace. */

import type * as Kafka from "@platformatic/kafka";
import { readFileSync } from "node:fs";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { KafkaSourcePlan } from "../../../plan/sources/source-plan.ts";
import type { ReaderWorld } from "../reader.ts";
import { fillIn } from "../variables.ts";
import type { Offsets } from "./offsets.ts";
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

/** From one sharing out of the partitions to the next. */
export interface Turn {
  /** From what the group had committed on when the turn began. */
  readonly stream: Stream;
  /** Where that is, by place; nothing before the broker has said it. */
  readonly starts: Offsets;
  /** Aborts when the partitions are shared out anew: what is not yet handed on is then somebody else's. */
  readonly over: AbortSignal;
}

export interface Opened {
  readonly consumer: Consumer;
  /** Waits until partitions are this member's, and closes the stream of the turn before. Throws SOURCE_REFUSED. */
  next(): Promise<Turn>;
  close(): Promise<void>;
}

interface OpenContext {
  readonly name: string;
  readonly world: ReaderWorld;
  /** Called when a turn is over; the partitions are given up when it resolves, or after `HAND_OVER_MS`. */
  readonly handOver: () => Promise<void>;
}

/** Joins the group. Throws DRIVER_MISSING, SOURCE_REFUSED, SOURCE_VARIABLE_MISSING. */
export async function openConsumer(plan: KafkaSourcePlan, context: OpenContext): Promise<Opened> {
  const { name, world, handOver } = context;
  const { Admin, Consumer: Client } = await load();
  const connection = toConnection(plan, name, world);
  await probe(new Admin({ ...connection, retries: 0 }), plan, name);
  const turns = new Turns(handOver);
  const consumer = new Client({
    ...connection,
    groupId: plan.group,
    retries: 3,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    // Asked for before each joining: the broker shares nothing out anew before every member has joined again.
    protocolsMetadata: () => turns.end(),
  });
  // Without a listener an error event would end the process; what else matters of it comes through the stream.
  consumer.on("error", (error) => turns.fail(error));
  consumer.on("consumer:group:join", () => turns.begin());
  let stream: Stream | undefined;
  const next = async (): Promise<Turn> => {
    const before = stream;
    try {
      await within(OPEN_MS, turns.begun());
      // The first one joins; later ones come before the last is closed, which keeps this a member of its topics.
      stream = await within(OPEN_MS, consume(consumer, plan));
      const starts = startsOf(stream);
      void before?.close().catch(() => undefined);
      return { stream, starts, over: turns.over };
    } catch (thrown) {
      throw refused(plan, name, thrown);
    }
  };
  return { consumer, next, close: () => closeAll(consumer, stream) };
}

async function consume(consumer: Consumer, plan: KafkaSourcePlan): Promise<Stream> {
  const stream = await consumer.consume({
    topics: [...plan.topics],
    mode: "committed",
    fallbackMode: plan.start,
    autocommit: false,
    maxWaitTime: plan.wait,
    maxBytes: FETCH_BYTES,
    // Messages of transactions that were given up are nobody's.
    isolationLevel: 1,
    highWaterMark: AHEAD,
  });
  stream.on("error", () => undefined);
  return stream;
}

/** Filled when the stream hears where it begins, which is before it fetches anything. */
function startsOf(stream: Stream): Offsets {
  const starts: Offsets = new Map();
  stream.once("offsets", () => {
    for (const [name, offset] of fetchedOf(stream)) {
      starts.set(name, offset);
    }
  });
  return starts;
}

/** Up to where the client has fetched, by place: behind what it holds ready, and behind markers of transactions too. */
export function fetchedOf({ offsetsToFetch }: Stream): Offsets {
  // The client joins them with a colon, which no topic's name has.
  return new Map([...offsetsToFetch].map(([name, offset]) => [name.replace(":", "/"), offset]));
}

/** Who may read when: a turn begins with each joining and ends before the next. */
class Turns {
  readonly #handOver: () => Promise<void>;
  #turn = new AbortController();
  #begun: PromiseWithResolvers<void> | undefined;

  constructor(handOver: () => Promise<void>) {
    this.#handOver = handOver;
  }

  get over(): AbortSignal {
    return this.#turn.signal;
  }

  /** Resolves when no joining is under way. */
  async begun(): Promise<void> {
    await this.#begun?.promise;
  }

  /** Resolves, with what the client sends along, when the partitions may be given up. */
  async end(): Promise<Buffer> {
    if (this.#begun === undefined) {
      this.#begun = Promise.withResolvers();
      this.#begun.promise.catch(() => undefined);
    }
    this.#turn.abort();
    await this.#handOver();
    return Buffer.alloc(0);
  }

  begin(): void {
    this.#turn = new AbortController();
    this.#begun?.resolve();
    this.#begun = undefined;
  }

  /** A joining that failed is not tried again by the client. */
  fail(error: Error): void {
    this.#begun?.reject(error);
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
