/** Sends files one after another, shows how far it is, and keeps the tally. */

import { Agent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { Fault } from "../../base/faults.ts";
import { showBytes } from "../../base/units.ts";
import type { CommonOptions } from "../command.ts";
import { openLiveLine, type LiveLine } from "../show/live-line.ts";
import { showCount, showCounted, showRate } from "../show/numbers.ts";
import { paintFor } from "../show/paint.ts";
import type { World } from "../world.ts";
import type { BatchAnswer } from "./answer.ts";
import { SPLIT_LIMITS, type Batch, type FileFormat } from "../../files/batch.ts";
import { openInput, type Input } from "./open-input.ts";
import type { Route } from "./post-batch.ts";
import { sendFile, type SentFile } from "./send-file.ts";
import { addAnswer, emptyTally, type Tally } from "./tally.ts";

export interface SendOptions extends CommonOptions {
  readonly format?: FileFormat;
  readonly inFlight: number;
  readonly gzip?: boolean;
  readonly retryFor: number;
  readonly strict?: boolean;
}

export interface Sending {
  readonly stream: string;
  readonly files: readonly string[];
  readonly options: SendOptions;
}

interface Sender {
  readonly tally: Tally;
  readonly line: LiveLine;
  /** What failed comes back: a file's own fault does not keep the next from going. */
  sendAll(): Promise<unknown[]>;
}

interface Around {
  readonly world: World;
  /** Address of the pipeline. */
  readonly base: string;
  /** Aborted when the user has seen enough. */
  readonly stop: AbortController;
}

export function openSender(sending: Sending, around: Around): Sender {
  return new FileSender(sending, around);
}

class FileSender implements Sender {
  tally: Tally;
  readonly line: LiveLine;
  readonly #sending: Sending;
  readonly #world: World;
  readonly #stop: AbortController;
  readonly #giveUp = new AbortController();
  readonly #route: Route;
  readonly #beganAt: number;
  #repeats = 0;

  constructor(sending: Sending, { world, base, stop }: Around) {
    const { stream, options } = sending;
    this.tally = emptyTally(stream);
    this.#sending = sending;
    this.#world = world;
    this.#stop = stop;
    this.#beganAt = world.clock.now();
    const { stderr: screen, clock } = world;
    this.line = openLiveLine({ screen, clock, plainEveryMs: 10_000 });
    const agentOptions = { keepAlive: true, maxSockets: options.inFlight };
    this.#route = {
      base,
      stream,
      agent: base.startsWith("https:") ? new SecureAgent(agentOptions) : new Agent(agentOptions),
      gzip: options.gzip === true,
      retryForMs: options.retryFor * 1000,
      giveUp: AbortSignal.any([this.#giveUp.signal, stop.signal]),
      onWait: (why) => {
        this.#repeats += 1;
        void this.line.show(`waiting: ${why}`).catch(() => {});
      },
    };
  }

  async sendAll(): Promise<unknown[]> {
    const failures: unknown[] = [];
    try {
      for (const path of this.#sending.files) {
        const damage = this.#stop.signal.aborted ? undefined : await this.#sendPath(path);
        failures.push(...(damage === undefined ? [] : [damage]));
      }
    } catch (thrown) {
      failures.push(thrown);
    } finally {
      this.#route.agent.destroy();
      this.tally = { ...this.tally, repeats: this.#repeats };
    }
    return failures;
  }

  /** What was wrong with the file. Throws what is wrong with the pipeline. */
  async #sendPath(path: string): Promise<unknown> {
    const { options } = this.#sending;
    let input: Input;
    try {
      input = await openInput(path, { format: options.format, stdin: this.#world.stdin });
    } catch (thrown) {
      return thrown;
    }
    this.tally = { ...this.tally, files: [...this.tally.files, input.name] };
    const answeredBefore = this.tally.records;
    const sent = await this.#sendInput(input);
    if (sent.note !== undefined) {
      this.#note(`${input.name}: ${sent.note}.`);
    }
    const read = sent.records - sent.tooLong.count;
    const answered = this.tally.records - answeredBefore;
    if (read !== answered) {
      // A header that names no field, or quotes that do not match, make one dead letter of many lines.
      const counts = `${showCounted(read, "record")} were read and ${showCount(answered)} answered`;
      this.#note(`${input.name}: ${counts}: the pipeline saw its lines otherwise.`);
    }
    if (sent.records === 0 && sent.damage === undefined) {
      this.#note(`${input.name} is empty: it holds no record.`);
    }
    return sent.damage ?? this.#tooLong(input, sent);
  }

  async #sendInput(input: Input): Promise<SentFile> {
    const { options } = this.#sending;
    try {
      const file = input.name;
      const onAnswer = async (batch: Batch, answer: BatchAnswer): Promise<void> => {
        this.tally = addAnswer(this.tally, { batch, answer, file });
        await this.line.show(this.#progress(input));
      };
      const stop = this.#stop.signal;
      return await sendFile(
        input,
        { route: this.#route, inFlightMax: options.inFlight, stop, onAnswer },
        this.#world,
      );
    } catch (thrown) {
      this.#giveUp.abort();
      throw thrown;
    }
  }

  #tooLong({ name }: Input, { tooLong }: SentFile): Fault | undefined {
    if (tooLong.count === 0) {
      return undefined;
    }
    const { count, first } = tooLong;
    this.tally = { ...this.tally, tooLong: this.tally.tooLong + count };
    const bytesMax = SPLIT_LIMITS.recordBytesMax;
    return new Fault("RECORD_TOO_LONG", { file: name, count, first, bytesMax });
  }

  #note(text: string): void {
    this.tally = { ...this.tally, notes: [...this.tally.notes, text] };
  }

  #progress(input: Input): string {
    const { records, setAside } = this.tally;
    const paint = paintFor(this.#world.stderr, this.#world.env);
    const tookMs = Math.max(1, this.#world.clock.now() - this.#beganAt);
    const parts = [
      `${showCount(records)} records`,
      showRate((records * 1000) / tookMs),
      setAside === 0 ? "none set aside" : paint.yellow(`${showCount(setAside)} set aside`),
    ];
    const read = input.bytesRead();
    if (input.bytesTotal === undefined || input.bytesTotal === 0) {
      return [input.name, showBytes(read), ...parts].join("  ");
    }
    const share = Math.min(1, read / input.bytesTotal);
    const bar = paint.cyan("━".repeat(Math.round(share * 24)));
    const rest = paint.dim("━".repeat(24 - Math.round(share * 24)));
    return [input.name, `${bar}${rest} ${Math.floor(share * 100)} %`, ...parts].join("  ");
  }
}
