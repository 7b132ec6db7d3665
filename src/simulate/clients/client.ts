/** A client: sends bodies one after the other, again where it was not told how one ended, and sometimes twice for no reason. */

import { defined } from "../../base/assert.ts";
import { Fault } from "../../base/faults.ts";
import { isEngineStream } from "../../base/record.ts";
import type { Answer } from "../../seams/ingest.ts";
import type { Chance } from "../../testing/simulated/chance.ts";
import type { Pipeline } from "../processes/pipeline.ts";
import type { World } from "../world.ts";
import { breakEvent, makeEvent } from "./events.ts";
import type { Sent, SentRecord } from "./sent.ts";

export interface ClientMeans {
  readonly world: World;
  readonly pipeline: Pipeline;
  readonly sent: Sent;
  readonly client: number;
  /** No new body is begun after this time. */
  readonly until: number;
  /** Mean wait between two bodies, ms. */
  readonly thinkMs: number;
}

interface Request {
  readonly stream: string;
  readonly records: readonly SentRecord[];
  readonly format: "ndjson" | "json";
}

const PATIENCE_MS = 15_000;
const AGAIN_MS = 300;
const BROKEN_SHARE = 0.06;
const TWICE_SHARE = 0.08;

/** Resolves when the client has been told of all it sent. */
export async function runClient(means: ClientMeans): Promise<void> {
  const { world, client, until, thinkMs } = means;
  const { schedule } = world;
  const chance = world.chance.branch(`client ${client}`);
  const users = world.plan.streams.filter(({ name }) => !isEngineStream(name));
  for (let serial = 0; schedule.now < until;) {
    const stream = chance.pick([defined(users[0], "a pipeline has a stream"), ...users]);
    const count = chance.happens(0.4) ? 1 : chance.whole(1, 9);
    const records = Array.from({ length: count }, () => {
      serial += 1;
      return toRecord(makeEvent({ stream, chance, client }, serial), chance);
    });
    const format = chance.happens(0.7) || hasBroken(records) ? "ndjson" : "json";
    const request: Request = { stream: stream.name, records, format };
    await insist(means, request);
    if (chance.happens(TWICE_SHARE)) {
      await insist(means, request);
    }
    await schedule.wait(2 * thinkMs * chance.next());
  }
}

function toRecord(event: Readonly<Record<string, unknown>>, chance: Chance): SentRecord {
  return chance.happens(BROKEN_SHARE)
    ? { text: breakEvent(event, chance), good: false }
    : { text: JSON.stringify(event), good: true };
}

function hasBroken(records: readonly SentRecord[]): boolean {
  return records.some(({ good }) => !good);
}

/** Sends a body until it is answered. */
async function insist(means: ClientMeans, request: Request): Promise<void> {
  const { world, pipeline, sent, client } = means;
  for (;;) {
    const answer = await send(means, request);
    if (answer === "refused") {
      sent.refused += 1;
    } else if (answer === "unknown") {
      sent.lose(request.stream, request.records);
    } else if (answer !== "closed") {
      keep(means, request, answer);
      world.note(`client ${client}: ${answer.accepted} accepted, ${answer.rejected.length} not`);
      return;
    }
    await world.schedule.wait(AGAIN_MS);
    if (pipeline.front === undefined) {
      await world.schedule.wait(AGAIN_MS);
    }
  }
}

type Outcome = Answer | "refused" | "unknown" | "closed";

async function send(means: ClientMeans, { stream, records, format }: Request): Promise<Outcome> {
  const { world, pipeline, sent, client } = means;
  const { front } = pipeline;
  if (front === undefined) {
    return "closed";
  }
  const texts = records.map(({ text }) => text);
  const body = Buffer.from(format === "json" ? `[${texts.join(",")}]` : texts.join("\n"));
  sent.attempt(stream, records);
  const caller = `client ${client}`;
  const request = { stream, body, format, caller, requestId: caller, wantIds: true };
  try {
    const told = front.ingest.accept(request);
    // Who gives up must still not be asked about an answer that comes too late.
    told.catch(() => undefined);
    const gone = pipeline.frontOver.then(() => "unknown" as const);
    const late = world.schedule.wait(PATIENCE_MS).then(() => "unknown" as const);
    return await Promise.race([told, gone, late]);
  } catch (thrown) {
    world.tell(caller, thrown);
    // Nothing of a body is kept when the log has no room; after a failed write, who knows.
    const busy = thrown instanceof Fault && thrown.code === "STREAM_BUSY";
    return busy && !hasBroken(records) ? "refused" : "unknown";
  }
}

function keep({ world, sent, client }: ClientMeans, request: Request, answer: Answer): void {
  const { stream, records } = request;
  const bad = new Map(answer.rejected.map(({ member, id }) => [member, id]));
  const ids = answer.ids ?? [];
  let taken = 0;
  for (const [member, { text, good }] of records.entries()) {
    const letter = bad.get(member);
    if (letter !== undefined) {
      sent.rejected.push({ stream, letter, text });
    } else {
      sent.accepted.push({ stream, id: ids[taken] ?? "", text, client });
      taken += 1;
    }
    if (!good && letter === undefined) {
      world.raise(`client ${client}: a broken record of ${stream} was accepted`);
    }
  }
  if (answer.count !== records.length || taken !== answer.accepted) {
    world.raise(`client ${client}: ${records.length} sent, ${answer.count} answered`);
  }
}
