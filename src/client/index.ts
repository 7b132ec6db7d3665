/** Sends events from a browser or a server: in batches, again with the same key after a failure, kept while offline. */

import type { Reason } from "../base/dead-letter.ts";

/** A record that was set aside: its event and why. */
export interface Refused<E> {
  readonly event: E;
  readonly reasons: readonly Reason[];
}

/** What localStorage is, as far as it is used here. */
export interface KeptTexts {
  getItem(name: string): string | null;
  setItem(name: string, text: string): void;
  removeItem(name: string): void;
}

export interface ClientOptions<E> {
  /** Where the pipeline is: https://events.example.org */
  readonly url: string;
  readonly stream: string;
  readonly key?: string;
  /** Where events wait across page loads: localStorage in a browser, nowhere on a server. */
  readonly keep?: KeptTexts | undefined;
  /** A batch has at most so many events (500), and a first event waits at most so long for others (1000 ms). */
  readonly batchRecords?: number;
  readonly waitMs?: number;
  /** Characters of events that may wait (1,000,000); what comes beyond is dropped and told. */
  readonly bufferChars?: number;
  readonly onRefused?: (refused: readonly Refused<E>[]) => void;
  readonly onDropped?: (event: E) => void;
  /** An answer that no retry can mend: events wait for the next flush. */
  readonly onFault?: (status: number, code: string) => void;
  readonly fetch?: typeof fetch;
}

export interface Client<E> {
  /** Takes an event; false when there is no room for it. */
  send(event: E): boolean;
  /** Resolves once nothing waits, or nothing more can be done now. */
  flush(): Promise<void>;
  /** Events that wait. */
  readonly waiting: number;
  /** Flushes, and ends its timers. */
  close(): Promise<void>;
}

/** Events in their order; `batch` names the first `count` of them, so that they go again as they went. */
interface Kept {
  lines: string[];
  batch: { key: string; count: number } | undefined;
}

const BATCH_CHARS = 250_000;
/** Browsers let a leaving page send 64 KiB. */
const LEAVING_CHARS = 60_000;
const TIMEOUT_MS = 30_000;
const WAIT_MAX_MS = 60_000;
const RECORDS = 500;
const WAIT_MS = 1000;
const BUFFER_CHARS = 1_000_000;

export function openClient<E extends object>(options: ClientOptions<E>): Client<E> {
  return new Sender(options);
}

class Sender<E extends object> implements Client<E> {
  readonly #options: ClientOptions<E>;
  readonly #keep: KeptTexts | undefined;
  readonly #name: string;
  readonly #kept: Kept;
  #chars: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #going: Promise<void> | undefined;
  #failures = 0;
  #closed = false;

  constructor(options: ClientOptions<E>) {
    this.#options = options;
    this.#keep = "keep" in options ? options.keep : pageTexts();
    this.#name = `millrace ${options.url} ${options.stream}`;
    this.#kept = this.#read();
    this.#chars = charsOf(this.#kept.lines);
    PAGE.addEventListener?.("pagehide", this.#leave);
    PAGE.addEventListener?.("online", this.#now);
    if (this.waiting > 0) {
      this.#later(0);
    }
  }

  get waiting(): number {
    return this.#kept.lines.length;
  }

  send(event: E): boolean {
    const { batchRecords = RECORDS, waitMs = WAIT_MS, bufferChars = BUFFER_CHARS } = this.#options;
    const line = JSON.stringify(event);
    if (this.#closed || this.#chars + line.length > bufferChars) {
      this.#options.onDropped?.(event);
      return false;
    }
    this.#kept.lines.push(line);
    this.#chars += line.length;
    this.#write();
    this.#later(this.waiting >= batchRecords ? 0 : waitMs);
    return true;
  }

  /** One at a time, until nothing waits or an answer says to wait. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#going ??= this.#drain().finally(() => {
      this.#going = undefined;
    });
    return this.#going;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
    clearTimeout(this.#timer);
    PAGE.removeEventListener?.("pagehide", this.#leave);
    PAGE.removeEventListener?.("online", this.#now);
  }

  readonly #now = (): void => this.#later(0);

  /** What is under way goes once more under its key: a page that ends cannot wait for the answer. */
  readonly #leave = (): void => {
    if (this.waiting > 0) {
      const batch = this.#next(LEAVING_CHARS);
      if (charsOf(batch.lines) <= LEAVING_CHARS) {
        void this.#post(batch, true);
      }
    }
  };

  #later(ms: number): void {
    if (!this.#closed && (this.#timer === undefined || ms === 0)) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.flush(), ms);
    }
  }

  async #drain(): Promise<void> {
    while (this.waiting > 0) {
      const waits = await this.#post(this.#next(BATCH_CHARS), false);
      if (waits !== "done") {
        if (waits !== "stuck") {
          this.#later(Math.max(1, waits));
        }
        return;
      }
      this.#failures = 0;
    }
  }

  /** The batch under way, or a new one under a key of its own. */
  #next(most: number): Batch {
    const { lines } = this.#kept;
    if (this.#kept.batch === undefined) {
      const { batchRecords = RECORDS } = this.#options;
      let [count, size] = [0, 0];
      while (count < lines.length && count < batchRecords) {
        size += lines[count]?.length ?? 0;
        if (count > 0 && size > most) {
          break;
        }
        count += 1;
      }
      this.#kept.batch = { key: crypto.randomUUID(), count };
      this.#write();
    }
    const { key, count } = this.#kept.batch;
    return { key, lines: lines.slice(0, count) };
  }

  /** Done, or how long to wait, or stuck when waiting does not help. */
  async #post(batch: Batch, leaving: boolean): Promise<number | "done" | "stuck"> {
    const { url, stream, key, onFault, fetch: send = fetch } = this.#options;
    const path = `/v1/streams/${encodeURIComponent(stream)}/events`;
    try {
      const answer = await send(url.replace(/\/$/, "") + path, {
        method: "POST",
        body: batch.lines.join("\n"),
        keepalive: leaving,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          "content-type": "application/x-ndjson",
          "idempotency-key": batch.key,
          prefer: "return=minimal",
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
      });
      const { status } = answer;
      const body = (await answer.json().catch(() => ({}))) as Answer;
      if (status < 300 || (status === 422 && body.records !== undefined)) {
        this.#settle(batch, body);
        return "done";
      }
      if (status !== 408 && status !== 429 && status < 500) {
        onFault?.(status, body.error?.code ?? "");
        return "stuck";
      }
      return this.#backoff(Number(answer.headers.get("retry-after")) * 1000);
    } catch {
      return this.#backoff(0);
    }
  }

  #settle({ key, lines }: Batch, { records = [] }: Answer): void {
    if (this.#kept.batch?.key !== key) {
      // A page that left and came back may have sent it twice: it is settled already.
      return;
    }
    this.#kept.lines.splice(0, lines.length);
    this.#kept.batch = undefined;
    this.#chars -= charsOf(lines);
    this.#write();
    const refused = records.flatMap(({ member = 0, reasons }) =>
      reasons === undefined ? [] : [{ event: JSON.parse(lines[member] ?? "null") as E, reasons }],
    );
    if (refused.length > 0) {
      this.#options.onRefused?.(refused);
    }
  }

  #backoff(least: number): number {
    this.#failures += 1;
    const most = Math.min(WAIT_MAX_MS, 500 * 2 ** Math.min(this.#failures, 10));
    return Math.max(least || 0, most * (0.5 + Math.random() / 2));
  }

  #read(): Kept {
    try {
      const found = JSON.parse(this.#keep?.getItem(this.#name) ?? "null") as Kept | null;
      return Array.isArray(found?.lines) ? found : { lines: [], batch: undefined };
    } catch {
      return { lines: [], batch: undefined };
    }
  }

  #write(): void {
    try {
      if (this.waiting === 0) {
        this.#keep?.removeItem(this.#name);
      } else {
        this.#keep?.setItem(this.#name, JSON.stringify(this.#kept));
      }
    } catch {
      // The browser's room is full: events wait in memory alone.
    }
  }
}

/** Node has a localStorage of its own, which is a file and asks for a flag: only a page's is meant. */
function pageTexts(): KeptTexts | undefined {
  try {
    return PAGE.document === undefined ? undefined : PAGE.localStorage;
  } catch {
    // The browser forbids it: events wait in memory alone.
    return undefined;
  }
}

function charsOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}

/** What a page has and a server may not. */
interface Page {
  readonly document?: unknown;
  readonly localStorage?: KeptTexts;
  readonly addEventListener?: (name: string, heard: () => void) => void;
  readonly removeEventListener?: (name: string, heard: () => void) => void;
}

const PAGE = globalThis as unknown as Page;

interface Batch {
  readonly key: string;
  readonly lines: readonly string[];
}

interface Answer {
  readonly records?: readonly { readonly member?: number; readonly reasons?: readonly Reason[] }[];
  readonly error?: { readonly code?: string };
}
