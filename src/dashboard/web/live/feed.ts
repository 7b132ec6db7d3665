/** The connection to the feed: what came last, whether it is still coming, and coming back by itself. */

import { batch, signal } from "@preact/signals";
import type { LetterNews, TailEvent } from "../../../seams/feed.ts";
import type { PipelineStatus } from "../../../seams/status.ts";
import { ask } from "./ask.ts";
import { retryMs } from "./backoff.ts";
import { addStatus, NO_HISTORY, type History } from "./history.ts";

export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "locked" }
  | { readonly state: "live" }
  | { readonly state: "lost"; readonly since: number; readonly nextAt: number };

const TAIL_MAX = 40;
/** The feed speaks every second; after this silence it is taken for dead. */
const SILENCE_MS = 6000;

export const connection = signal<Connection>({ state: "connecting" });
export const status = signal<PipelineStatus | undefined>(undefined);
export const history = signal<History>(NO_HISTORY);
export const letters = signal<LetterNews | undefined>(undefined);
export const tail = signal<readonly TailEvent[]>([]);
/** Whether the pipeline answers, but wants a key first. */
export const locked = signal(false);
/** Whether a key was shown here, and its session can be ended. */
export const entered = signal(false);
/** Ticks once a second, for what tells an age. */
export const clock = signal(Date.now());

let source: EventSource | undefined;
let attempt = 0;
let heardAt = 0;
let lostSince = 0;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Connects, and keeps connected for as long as the page lives. */
export function startFeed(): void {
  connect();
  void lookAtSession();
  setInterval(() => {
    clock.value = Date.now();
    if (source !== undefined && Date.now() - heardAt > SILENCE_MS) {
      lose();
    }
  }, 1000);
  addEventListener("online", retryNow);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && source === undefined) {
      retryNow();
    }
  });
}

/** Comes back at once, with the key that was just shown. */
export function enter(): void {
  locked.value = false;
  connection.value = { state: "connecting" };
  retryNow();
  void lookAtSession();
}

/** Ends the session; what the page shows goes with it. Answers what went wrong, if anything did. */
export async function leave(): Promise<string | undefined> {
  const answer = await ask("/v1/session", { method: "DELETE" });
  if (!answer.ok) {
    return answer.says;
  }
  // Nothing that was read with the key stays in the page.
  location.reload();
  return undefined;
}

/** Does not wait for the next attempt's turn. */
export function retryNow(): void {
  if (source === undefined) {
    clearTimeout(waiting);
    connect();
  }
}

function connect(): void {
  heardAt = Date.now();
  source = new EventSource("/v1/feed");
  source.addEventListener("status", (event) => hearStatus(read(event) as PipelineStatus));
  source.addEventListener("dead-letters", (event) => {
    letters.value = read(event) as LetterNews;
  });
  source.addEventListener("tail", (event) => {
    const events = read(event) as readonly TailEvent[];
    tail.value = [...events.toReversed(), ...tail.value].slice(0, TAIL_MAX);
  });
  source.addEventListener("error", lose);
}

function hearStatus(next: PipelineStatus): void {
  heardAt = Date.now();
  attempt = 0;
  lostSince = 0;
  batch(() => {
    clock.value = heardAt;
    locked.value = false;
    status.value = next;
    history.value = addStatus(history.value, next);
    if (connection.value.state !== "live") {
      connection.value = { state: "live" };
    }
  });
}

function lose(): void {
  source?.close();
  source = undefined;
  const waitMs = retryMs(attempt, Math.random());
  attempt += 1;
  lostSince = lostSince === 0 ? Date.now() : lostSince;
  connection.value = { state: "lost", since: lostSince, nextAt: Date.now() + waitMs };
  clearTimeout(waiting);
  waiting = setTimeout(connect, waitMs);
  void lookAtSession();
}

/** An event source does not say why it was refused. */
async function lookAtSession(): Promise<void> {
  const answer = await ask<Session>("/v1/session");
  if (answer.ok) {
    const { required, caller, scopes } = answer.value;
    locked.value = required && !scopes.some((scope) => scope === "read" || scope === "admin");
    // The page itself shows no key: who is known by one has a session.
    entered.value = caller?.startsWith("key:") ?? false;
  }
}

interface Session {
  readonly required: boolean;
  readonly caller: string | null;
  readonly scopes: readonly string[];
}

/** What our own server of the same version wrote: the types of both ends are those of seams/feed.ts. */
function read(event: Event): unknown {
  return JSON.parse((event as MessageEvent<string>).data);
}
