/** Messages of Kafka in batches; a batch's offsets are committed only when it is durable here. */

import { createHash } from "node:crypto";
import { causeOf } from "../../../base/faults.ts";
import type { KafkaSourcePlan } from "../../../plan/sources/source-plan.ts";
import type { ReadBatch, ReadContext, ReaderWorld } from "../reader.ts";
import { type Consumer, fetchedOf, openConsumer, refused, type Turn } from "./client.ts";
import { type KafkaMessage, toLine } from "./messages.ts";
import { durableUpTo, lagOf, type Offsets, type Place, placeName, toPlace } from "./offsets.ts";

export interface KafkaContext extends ReadContext {
  readonly world: ReaderWorld;
}

const BATCH_BYTES = 4_194_304;
/** How long a batch that has begun waits for more. */
const LINGER_MS = 20;
const LOOK_MS = 2000;
/** What keeping and committing the last batch may take when the source stops, of the time that sources have to stop. */
const SETTLE_MS = 4000;
/** The same when partitions are shared out anew: a member that is silent for 10 s, and it beats every 2, is put out. */
const HAND_OVER_MS = 7500;
/** So many batches may be durable and not committed when a life ends. */
const BATCHES_UNCOMMITTED = 4;

export async function* readKafka(
  plan: KafkaSourcePlan,
  context: KafkaContext,
): AsyncGenerator<ReadBatch> {
  const { name, signal, tell } = context;
  // Who reads nothing does not know how much there is to read.
  const forget = (): void => tell({ lag: undefined, progress: undefined });
  let reading: Reading | undefined;
  const handOver = async (): Promise<void> => reading?.settled(HAND_OVER_MS);
  const opened = await openConsumer(plan, { ...context, handOver });
  let closing: Promise<void> | undefined;
  // Who takes these partitions over begins where this one committed last: what is durable here is committed before.
  const close = (): Promise<void> =>
    (closing ??= (reading?.settled(SETTLE_MS) ?? Promise.resolve()).then(() => opened.close()));
  const stop = (): void => void close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    while (!signal.aborted) {
      forget();
      const turn = await opened.next();
      const durable = await recall(plan, context, opened.consumer);
      reading = new Reading(plan, context, { turn, consumer: opened.consumer, durable });
      while (!signal.aborted && !turn.over.aborted) {
        yield* reading.next();
      }
    }
  } catch (thrown) {
    if (!signal.aborted) {
      throw refused(plan, name, thrown);
    }
  } finally {
    signal.removeEventListener("abort", stop);
    forget();
    await close();
  }
}

/** What is durable here and was not committed: those messages will come again, and are passed over. */
async function recall(
  plan: KafkaSourcePlan,
  { fact }: KafkaContext,
  consumer: Consumer,
): Promise<Offsets> {
  const topics = [...plan.topics];
  const ends = await consumer.listOffsets({ topics });
  const all = topics.map((topic) => ({
    topic,
    partitions: (ends.get(topic) ?? []).map((_end, partition) => partition),
  }));
  const committed = await consumer.listCommittedOffsets({ topics: all });
  const durable: Offsets = new Map();
  for (const { topic, partitions } of all) {
    for (const partition of partitions) {
      const own = fact(placeName({ topic, partition }));
      const end = ends.get(topic)?.[partition] ?? 0n;
      const gapMax = BigInt(plan.batch * BATCHES_UNCOMMITTED);
      const done = committed.get(topic)?.[partition] ?? -1n;
      const upTo =
        own === undefined ? 0n : durableUpTo({ own: BigInt(own), committed: done, end, gapMax });
      durable.set(placeName({ topic, partition }), upTo);
    }
  }
  return durable;
}

interface Means {
  readonly turn: Turn;
  readonly consumer: Consumer;
  readonly durable: Offsets;
}

interface Taken {
  readonly messages: readonly KafkaMessage[];
  /** The next offsets, also where every message was passed over. */
  readonly next: Offsets;
  readonly epochs: ReadonlyMap<string, number>;
}

/** One turn: from what the group has committed on, until the partitions are shared out anew. */
class Reading {
  readonly #plan: KafkaSourcePlan;
  readonly #context: KafkaContext;
  readonly #means: Means;
  readonly #messages: AsyncIterator<KafkaMessage & { readonly leaderEpoch: number }>;
  #pending: Promise<IteratorResult<KafkaMessage & { readonly leaderEpoch: number }>> | undefined;
  /** Over this turn, behind what is durable: for lag. */
  readonly #reached: Offsets = new Map();
  #lookedAt = 0;
  #committing: Promise<void> = Promise.resolve();
  /** Resolves when the batch that was handed on is durable or let go of; it may never be. */
  #handedOn: Promise<void> = Promise.resolve();

  constructor(plan: KafkaSourcePlan, context: KafkaContext, means: Means) {
    this.#plan = plan;
    this.#context = context;
    this.#means = means;
    this.#messages = means.turn.stream[Symbol.asyncIterator]();
  }

  /** The next batches, and with the last of them the word that their offsets may be committed. */
  async *next(): AsyncGenerator<ReadBatch> {
    const taken = await this.#take();
    if (taken === undefined) {
      return;
    }
    const { messages, next, epochs } = taken;
    const checkpoint = [...next].map(([place, offset]) => `${place}@${offset}`).join(" ");
    const runs = this.#plan.named ? [messages] : toRuns(messages);
    for (const [index, run] of runs.entries()) {
      // Whatever is cut off behind it, a run that is kept is committed: nobody reads it again.
      const upTo = index === runs.length - 1 ? next : endsOf(run);
      yield* this.#handOn({ ...this.#toBatch(run), checkpoint }, upTo, epochs);
    }
    if (runs.length === 0) {
      yield* this.#handOn({ body: "", format: "ndjson", checkpoint }, next, epochs);
    }
    await this.#look();
  }

  /** Resolves when nothing is between being kept and being committed, soon or after `ms`. */
  async settled(ms: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ms);
    await Promise.race([this.#handedOn, late.promise]);
    await Promise.race([this.#committing, late.promise]);
    clearTimeout(timer);
  }

  /** Nothing once the turn is over: whoever has the partition then reads it again. */
  *#handOn(
    batch: ReadBatch,
    upTo: Offsets,
    epochs: ReadonlyMap<string, number>,
  ): Generator<ReadBatch> {
    const { over } = this.#means.turn;
    if (over.aborted) {
      return;
    }
    const done = Promise.withResolvers<void>();
    this.#handedOn = done.promise;
    // The door may be shut for long, and what is to be read grows meanwhile.
    const looking = setInterval(() => void this.#look().catch(() => undefined), LOOK_MS);
    try {
      yield {
        ...batch,
        facts: [...upTo].map(([name, offset]) => ({ name, text: String(offset) })),
        unwanted: over,
        onDurable: () => {
          this.#commit(upTo, epochs);
          for (const [place, offset] of upTo) {
            this.#reached.set(place, offset);
          }
          done.resolve();
        },
      };
    } finally {
      clearInterval(looking);
      done.resolve();
    }
  }

  /** Whether a partition is this member's now: after a rebalance another one reads it from what was committed. */
  #isOwn({ topic, partition }: Place): boolean {
    const own = this.#means.consumer.assignments?.find((one) => one.topic === topic);
    return own?.partitions.includes(partition) === true;
  }

  /** At least one message, or undefined when it is time to look around or the turn is over. */
  async #take(): Promise<Taken | undefined> {
    const { batch } = this.#plan;
    const messages: KafkaMessage[] = [];
    const next: Offsets = new Map();
    const epochs = new Map<string, number>();
    let bytes = 0;
    while (messages.length < batch && bytes < BATCH_BYTES) {
      const message = await this.#one(next.size === 0 ? LOOK_MS : LINGER_MS);
      if (message === undefined) {
        break;
      }
      const place = placeName(message);
      if (message.offset >= (this.#means.durable.get(place) ?? 0n)) {
        messages.push(message);
        bytes += message.value?.length ?? 0;
      }
      next.set(place, message.offset + 1n);
      epochs.set(place, message.leaderEpoch);
    }
    if (this.#means.turn.over.aborted) {
      return undefined;
    }
    if (next.size === 0) {
      await this.#look(this.#means.turn.stream.readableLength === 0);
      return undefined;
    }
    return { messages, next, epochs };
  }

  async #one(
    waitMs: number,
  ): Promise<(KafkaMessage & { readonly leaderEpoch: number }) | undefined> {
    this.#pending ??= this.#messages.next();
    const { over } = this.#means.turn;
    const waiting = Promise.withResolvers<undefined>();
    const enough = (): void => waiting.resolve(undefined);
    const timer = setTimeout(enough, waitMs);
    over.addEventListener("abort", enough, { once: true });
    try {
      const found = await Promise.race([this.#pending, waiting.promise]);
      if (found === undefined || over.aborted) {
        return undefined;
      }
      this.#pending = undefined;
      if (found.done === true) {
        throw new TypeError("the broker ended the reading");
      }
      return found.value;
    } finally {
      clearTimeout(timer);
      over.removeEventListener("abort", enough);
    }
  }

  #toBatch(run: readonly KafkaMessage[]): Omit<ReadBatch, "checkpoint"> {
    const { name } = this.#context;
    const kept: KafkaMessage[] = [];
    const lines: string[] = [];
    for (const message of run) {
      const line = toLine(message, this.#plan);
      if (line !== undefined) {
        kept.push(message);
        lines.push(line);
      }
    }
    const [first] = kept;
    const origin = (member: number): string => {
      const at = kept[member];
      return at === undefined ? name : `${name}: ${placeName(at)}@${at.offset}`;
    };
    const body = lines.join("\n");
    if (first === undefined || this.#plan.named) {
      return { body, format: "ndjson", origin };
    }
    const place = createHash("sha256").update(placeName(first)).digest("base64url").slice(0, 16);
    const key = { text: `${name}.${place}`, first: Number(first.offset) };
    return { body, format: "ndjson", origin, key };
  }

  /** One after another: a later commit must not be passed by an earlier one. What fails is in the next one again. */
  #commit(next: Offsets, epochs: ReadonlyMap<string, number>): void {
    const { consumer } = this.#means;
    const all = [...next].map(([place, offset]) => ({
      ...toPlace(place),
      offset,
      leaderEpoch: epochs.get(place) ?? -1,
    }));
    const before = this.#committing;
    this.#committing = (async () => {
      await before;
      try {
        // Another member may be further by now: it must not be set back.
        const offsets = all.filter((one) => this.#isOwn(one));
        await (offsets.length === 0 ? undefined : consumer.commit({ offsets }));
      } catch (thrown) {
        this.#context.tell({ notes: [`a commit failed: ${causeOf(thrown)}`] });
      }
    })();
  }

  /** Now and then: how far behind the ends of its partitions this is. */
  async #look(idle = false): Promise<void> {
    const { clock, tell } = this.#context;
    if (Math.abs(clock.now() - this.#lookedAt) < LOOK_MS) {
      return;
    }
    this.#lookedAt = clock.now();
    // Before the ends: what comes while they are asked for must not make this look further than it is.
    const { consumer, turn } = this.#means;
    // Where nothing waits here, all that was fetched is done, and markers that are no messages are among it.
    const at = new Map([...turn.starts, ...(idle ? fetchedOf(turn.stream) : this.#reached)]);
    const ends = await consumer.listOffsets({ topics: [...this.#plan.topics] });
    const own = (consumer.assignments ?? []).flatMap(({ topic, partitions }) =>
      partitions.map((partition) => placeName({ topic, partition })),
    );
    const behind = lagOf({ own, at, ends });
    const all = [...ends.values()].reduce((sum, of) => sum + of.length, 0);
    if (!turn.over.aborted) {
      tell({
        lag: behind === undefined ? undefined : `${behind} messages`,
        progress: `${own.length} of ${all} partitions are read here`,
      });
    }
  }
}

/** The next offsets behind a run. */
function endsOf(run: readonly KafkaMessage[]): Offsets {
  return new Map(run.map((message) => [placeName(message), message.offset + 1n]));
}

/** Neighbours by offset: their places under one key are their offsets. A tombstone or a marker of the broker parts them. */
function toRuns(messages: readonly KafkaMessage[]): KafkaMessage[][] {
  const byPlace = Map.groupBy(messages, placeName);
  return [...byPlace.values()].flatMap((list) => {
    const runs: KafkaMessage[][] = [];
    for (const message of list) {
      const run = runs.at(-1);
      const last = run?.at(-1);
      const joined =
        last !== undefined && last.offset + 1n === message.offset && last.value !== null;
      if (joined && message.value !== null && message.value !== undefined) {
        run?.push(message);
      } else {
        runs.push([message]);
      }
    }
    return runs;
  });
}
