/** Makes the one value that routes, command line and dashboard read: the running journey. */

import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "../base/clock.ts";
import { DEAD_LETTER_MOVES } from "../base/record.ts";
import type { Plan, StreamPlan } from "../plan/plan.ts";
import type { PipelineStatus } from "../seams/status.ts";
import type { Verification } from "../seams/verify.ts";
import type { Back } from "./back.ts";
import { openPipelineBooks } from "./books.ts";
import { drain } from "./drain.ts";
import type { Front } from "./front.ts";
import type { Remote } from "./remote/open-remote.ts";
import { idOfRecord } from "./where/event-id.ts";
import { openLetterDesk, type LetterDesk } from "./letters/desk.ts";
import type { Journey } from "./journey.ts";

export interface JourneyParts {
  readonly plan: Plan;
  readonly front: Front;
  readonly back: Back;
  readonly remote: Remote | undefined;
  readonly status: () => PipelineStatus;
}

export interface RunningJourney extends Journey {
  /** The newest closing of the books. */
  lastClosing(): PipelineStatus["books"];
  /** Closes the books over what came since the last closing, and a little of what was closed before. */
  closeOnline(): Promise<Verification>;
}

export function buildJourney(parts: JourneyParts): RunningJourney {
  const { plan, front, back, remote, status } = parts;
  const { lake, warehouse: query } = back;
  const books = openPipelineBooks({
    plan,
    front,
    lake,
    query,
    audit: query,
    source: (stream) => remote?.look(stream, front),
    poisoned: (stream) => back.delivery.poisoned(stream),
    models: () => query.models(),
  });
  let last: Verification | undefined;
  const streamOf = (name: string): StreamPlan | undefined =>
    plan.streams.find((one) => one.name === name);
  return {
    plan,
    clock: systemClock,
    query,
    announcements: lake.announcements,
    status,
    drain: (timeoutMs) => drain({ ...parts, timeoutMs }),
    async verify(deep) {
      last = await books.verify({ deep });
      return last;
    },
    async closeOnline() {
      last = await books.verify({ online: true });
      return last;
    },
    letters: openLetters(parts),
    known: (id) => front.windows.find(id),
    lastClosing: () => (last === undefined ? undefined : { state: last.state, at: last.at }),
    async read(name, since) {
      const stream = streamOf(name);
      if (stream === undefined) {
        return undefined;
      }
      const reader = await front.reader(stream.name);
      const from = await (since === undefined ? reader.newest() : reader.positionAt(since));
      return { reader, from, [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose]() };
    },
    async record(at) {
      const stream = streamOf(at.stream);
      if (stream === undefined) {
        return undefined;
      }
      await using reader = await front.reader(at.stream);
      const found = await reader.readRecord(at);
      if (found === undefined) {
        return undefined;
      }
      const { acceptedAt, bytes, id: kept } = found;
      const range = () => ({ bytes, start: 0, end: bytes.length });
      return { ...at, id: idOfRecord(stream, { ...at, kept, range }), acceptedAt, bytes };
    },
  };
}

function openLetters({ plan, front, back }: JourneyParts): LetterDesk {
  return openLetterDesk({
    plan,
    clock: systemClock,
    query: back.warehouse,
    newId: front.newId,
    log: (stream) => front.log(stream),
    append: (stream, batch, ids) => front.windows.appendPast(stream, batch, ids),
    reader: (stream) => front.reader(stream),
    async event(stream, place) {
      await using reader = await front.reader(stream);
      return (await reader.readRecord(place))?.bytes;
    },
    movesLoaded: () => back.warehouse.meter(DEAD_LETTER_MOVES).records,
    pause: (ms) => pause(ms),
  });
}
