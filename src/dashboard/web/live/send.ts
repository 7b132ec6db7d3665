/** Posts one body and follows its event until it can be queried, telling each step. */

import { ask } from "./ask.ts";

export interface Step {
  readonly stage: string;
  readonly state: "done" | "waiting" | "failed";
  readonly says: string;
}

export interface Sent {
  readonly state: "sending" | "following" | "arrived" | "failed";
  readonly says: string;
  readonly steps: readonly Step[];
}

const ASKS_MAX = 40;
const EVERY_MS = 400;

interface Receipt {
  readonly id?: string;
  readonly records?: readonly { readonly id?: string }[];
}

/** Hears each step; false when nobody wants to hear more, because another event was sent since. */
export type Tell = (news: Sent) => boolean;

export async function sendAndFollow(
  event: { readonly stream: string; readonly body: string },
  tell: Tell,
): Promise<void> {
  tell({ state: "sending", says: "Sending…", steps: [] });
  const began = performance.now();
  const answer = await ask<Receipt>(`/v1/streams/${encodeURIComponent(event.stream)}/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: event.body,
  });
  if (!answer.ok) {
    tell({ state: "failed", says: answer.says, steps: [] });
    return;
  }
  const id = answer.value.id ?? answer.value.records?.[0]?.id;
  const took = Math.max(1, Math.round(performance.now() - began));
  const says = `${answer.status}: durable after ${took} ms${id === undefined ? "" : ` as ${id}`}.`;
  tell({ state: id === undefined ? "arrived" : "following", says, steps: [] });
  if (id !== undefined) {
    await follow(id, says, tell);
  }
}

async function follow(id: string, says: string, tell: Tell): Promise<void> {
  for (let count = 0; count < ASKS_MAX; count += 1) {
    const where = await ask<{ steps: readonly Step[] }>(`/v1/events/${encodeURIComponent(id)}`);
    if (where.ok) {
      const { steps } = where.value;
      const arrived = isThere(steps);
      const goOn = tell({ state: arrived ? "arrived" : "following", says, steps });
      if (arrived || !goOn) {
        return;
      }
    }
    await new Promise((resolve) => {
      setTimeout(resolve, EVERY_MS);
    });
  }
}

function isThere(steps: readonly Step[]): boolean {
  const loaded = steps.some(({ stage, state }) => stage === "loaded" && state === "done");
  return loaded && steps.every(({ state }) => state !== "waiting");
}
