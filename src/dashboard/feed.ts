/** The live feed: one reading a second for all who look, as server-sent events; nothing is read when nobody looks. */

import { causeOf, Fault } from "../base/faults.ts";
import { isEngineStream } from "../base/record.ts";
import type { PipelineStatus } from "../seams/status.ts";
import { toLetterNews } from "./letters.ts";
import type { DashboardOptions } from "./options.ts";

export const FEED = {
  clientsMax: 64,
  everyMs: 1000,
  heartbeatTicks: 15,
  /** The letters' groups are counted over their whole table, so they are asked for less often. */
  lettersTicks: 3,
  tailEventsMax: 10,
  tailCharsMax: 2000,
  /** Bytes that may wait for a client who reads slowly; then it misses readings, each of which is whole. */
  waitingBytesMax: 262_144,
  /** Readings missed in a row before a client is let go; it comes back by itself. */
  missedMax: 30,
} as const;

const ENCODER = new TextEncoder();
const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
} as const;

interface Client {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  missed: number;
  /** The letters it was sent last; one that reads slowly may have missed some. */
  letters: Letters | undefined;
}

/** What has been read of the dead letters last, and the state of their table then. */
interface Letters {
  readonly key: string;
  readonly frame: Uint8Array;
}

export class Feed {
  readonly #options: DashboardOptions;
  readonly #clients = new Set<Client>();
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  #letters: Letters | undefined;
  #lettersReading = false;
  #tailReading = false;

  constructor(options: DashboardOptions) {
    this.#options = options;
  }

  /** Clients that are reading now. */
  get clients(): number {
    return this.#clients.size;
  }

  open(request: Request): Response {
    if (this.#clients.size >= FEED.clientsMax) {
      throw new Fault("FEED_FULL", { clientsMax: FEED.clientsMax });
    }
    let client: Client | undefined;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          client = { controller, missed: 0, letters: undefined };
          this.#add(client);
        },
        cancel: () => this.#remove(client),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: FEED.waitingBytesMax }),
    );
    const leave = (): void => this.#close(client);
    request.signal.addEventListener("abort", leave, { once: true });
    if (request.signal.aborted) {
      leave();
    }
    return new Response(body, { headers: HEADERS });
  }

  #add(client: Client): void {
    this.#clients.add(client);
    const status = this.#options.status();
    this.#send(client, toFrame("status", status));
    this.#offerLetters(client);
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.#tick(), FEED.everyMs);
      // An open page must not keep a stopping pipeline alive.
      this.#timer.unref();
    }
    void this.#readLetters(status);
  }

  #remove(client: Client | undefined): void {
    if (client !== undefined) {
      this.#clients.delete(client);
    }
    if (this.#clients.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      // Whoever comes next shall not be shown letters from before.
      this.#letters = undefined;
    }
  }

  #close(client: Client | undefined): void {
    if (client !== undefined && this.#clients.has(client)) {
      this.#remove(client);
      client.controller.close();
    }
  }

  #tick(): void {
    this.#ticks += 1;
    const status = this.#options.status();
    this.#broadcast(toFrame("status", status));
    if (this.#ticks % FEED.heartbeatTicks === 0) {
      this.#broadcast(ENCODER.encode(": still here\n\n"));
    }
    if (this.#ticks % FEED.lettersTicks === 0 || this.#letters === undefined) {
      void this.#readLetters(status);
    }
    this.#clients.forEach((client) => this.#offerLetters(client));
    void this.#readTail();
  }

  #offerLetters(client: Client): void {
    const letters = this.#letters;
    if (letters !== undefined && client.letters !== letters && this.#send(client, letters.frame)) {
      client.letters = letters;
    }
  }

  /** Asks for the letters when their table has changed since they were read, or when reading them failed. */
  async #readLetters(status: PipelineStatus): Promise<void> {
    const meters = status.streams
      .filter(({ name }) => isEngineStream(name))
      .map(({ warehouse }) => `${warehouse.rows}.${warehouse.cut}`);
    const key = meters.join(".");
    if (this.#lettersReading || this.#letters?.key === key || !status.warehouse.up) {
      return;
    }
    this.#lettersReading = true;
    try {
      const news = toLetterNews(await this.#options.newestDeadLetters());
      this.#letters = { key, frame: toFrame("dead-letters", news) };
      this.#clients.forEach((client) => this.#offerLetters(client));
    } catch (thrown) {
      // The page keeps what it has; the next tick asks again.
      this.#broadcast(ENCODER.encode(`: dead letters: ${oneLine(causeOf(thrown))}\n\n`));
    } finally {
      this.#lettersReading = false;
    }
  }

  async #readTail(): Promise<void> {
    const { tail } = this.#options;
    if (tail === undefined || this.#tailReading) {
      return;
    }
    this.#tailReading = true;
    try {
      const events = (await tail(FEED.tailEventsMax)).slice(-FEED.tailEventsMax);
      if (events.length > 0) {
        const short = events.map((one) => ({ ...one, text: one.text.slice(0, FEED.tailCharsMax) }));
        this.#broadcast(toFrame("tail", short));
      }
    } catch (thrown) {
      this.#broadcast(ENCODER.encode(`: tail: ${oneLine(causeOf(thrown))}\n\n`));
    } finally {
      this.#tailReading = false;
    }
  }

  #broadcast(frame: Uint8Array): void {
    for (const client of this.#clients) {
      this.#send(client, frame);
    }
  }

  /** False when the client still has too much to read. */
  #send(client: Client, frame: Uint8Array): boolean {
    if ((client.controller.desiredSize ?? 0) > 0) {
      client.missed = 0;
      client.controller.enqueue(frame);
      return true;
    }
    client.missed += 1;
    if (client.missed > FEED.missedMax) {
      this.#close(client);
    }
    return false;
  }
}

function toFrame(event: string, data: unknown): Uint8Array {
  return ENCODER.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
