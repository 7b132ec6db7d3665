/** A few of the newest events now and then, for the dashboard; reads only what it shows. */

import type { Plan } from "../../plan/plan.ts";
import type { TailEvent } from "../../seams/feed.ts";
import { isEngineStream } from "../../base/record.ts";
import type { Position } from "../../seams/consume.ts";
import type { Journey, Tail } from "../journey.ts";
import { toLogged } from "../where/logged.ts";

const READ_BYTES = 65_536;
const TEXT_CHARS_MAX = 400;

export interface Glimpses extends AsyncDisposable {
  /** At most `max` events accepted since the last call, spread over the streams. */
  take(max: number): Promise<readonly TailEvent[]>;
}

/** Readers are opened at the first call and stay; call it from one place at a time. */
export function openGlimpses(plan: Plan, journey: Pick<Journey, "read">): Glimpses {
  const tails = new Map<string, { readonly tail: Tail; at: Position }>();
  const streams = plan.streams.filter(({ name }) => !isEngineStream(name));
  return {
    async take(max) {
      const each = Math.max(1, Math.floor(max / streams.length));
      const taken: TailEvent[] = [];
      for (const stream of streams) {
        const known = tails.get(stream.name) ?? (await open(stream.name));
        if (known === undefined) {
          continue;
        }
        const frames = await known.tail.reader.read(known.at, READ_BYTES);
        const events = frames.flatMap((frame) =>
          Array.from({ length: Math.min(frame.count, each) }, (_none, index) =>
            toLogged(stream, frame, index),
          ),
        );
        taken.push(
          ...events.slice(0, each).map(({ id, acceptedAt, bytes }) => ({
            stream: stream.name,
            id,
            acceptedAt,
            text: bytes.toString("utf8").slice(0, TEXT_CHARS_MAX),
          })),
        );
        known.at = await known.tail.reader.newest();
      }
      return taken.slice(0, max);
    },
    async [Symbol.asyncDispose]() {
      for (const { tail } of tails.values()) {
        await tail[Symbol.asyncDispose]();
      }
    },
  };

  async function open(name: string): Promise<{ readonly tail: Tail; at: Position } | undefined> {
    const tail = await journey.read(name);
    if (tail === undefined) {
      return undefined;
    }
    const known = { tail, at: tail.from };
    tails.set(name, known);
    return known;
  }
}
