/** Runs a handler in a thread that is ended when it hangs, dies or wants too much; the next call gets a new one. */

import { Worker } from "node:worker_threads";
import { beside } from "../../../base/beside.ts";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { FromHandler, HandlerThread, ToHandler } from "./messages.ts";

export interface HostOptions extends HandlerThread {
  readonly timeoutMs: number;
}

/** How one invocation ended. */
export type Invocation =
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

interface Pending {
  readonly id: number;
  readonly end: (invocation: Invocation) => void;
}

/** Loading a large bundle takes a moment; one that takes longer hangs. */
const LOAD_MS = 30_000;
/** Node adds its own heap beside the handler's; below this a thread does not even start. */
const HEAP_MB_MIN = 32;

interface Thread {
  readonly worker: Worker;
  /** Rejects where the module gives no handler. */
  readonly ready: Promise<void>;
}

export class HandlerHost implements AsyncDisposable {
  readonly #options: HostOptions;
  #thread: Thread | undefined;
  #pending: Pending | undefined;
  #calls = 0;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  /**
   * One call at a time. What the handler does wrong is in the result; a handler that cannot be had at all is a fault:
   * LAMBDA_UNUSABLE.
   */
  async invoke(event: string, signal: AbortSignal): Promise<Invocation> {
    const { timeoutMs } = this.#options;
    const thread = (this.#thread ??= this.#begin());
    const { promise, resolve } = Promise.withResolvers<Invocation>();
    const stop = (): void => this.#giveUp(STOPPED);
    signal.addEventListener("abort", stop, { once: true });
    this.#calls += 1;
    this.#pending = { id: this.#calls, end: resolve };
    try {
      await Promise.race([thread.ready, promise]);
    } catch (thrown) {
      signal.removeEventListener("abort", stop);
      throw thrown;
    }
    const timer = setTimeout(() => this.#giveUp(timedOut(timeoutMs)), timeoutMs);
    const message: ToHandler = { id: this.#calls, event, deadline: Date.now() + timeoutMs };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    thread.worker.postMessage(message);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      this.#pending = undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    this.#pending?.end(STOPPED);
    await thread?.worker.terminate();
  }

  #begin(): Thread {
    const { file, handler, functionName, memoryBytes } = this.#options;
    const workerData: HandlerThread = { file, handler, functionName, memoryBytes };
    const worker = new Worker(beside("handler-thread", import.meta.url), {
      workerData,
      stdout: true,
      resourceLimits: {
        maxOldGenerationSizeMb: Math.max(HEAP_MB_MIN, Math.round(memoryBytes / 1_048_576)),
      },
    });
    // What a handler prints is its log; standard output may be a command's answer.
    worker.stdout.pipe(process.stderr, { end: false });
    const ready = Promise.withResolvers<void>();
    // Whoever waits hears of it; nobody may be waiting.
    ready.promise.catch(() => undefined);
    const late = setTimeout(() => {
      ready.reject(unusable(file, `it was not loaded within ${LOAD_MS} ms`));
      void worker.terminate();
    }, LOAD_MS);
    const ends = (invocation: Invocation): void => {
      clearTimeout(late);
      if (this.#thread?.worker === worker) {
        this.#thread = undefined;
        this.#pending?.end(invocation);
      }
      ready.reject(unusable(file, invocation.kind === "failed" ? invocation.message : "it ended"));
    };
    worker.on("message", (message: FromHandler) => {
      if (message.kind === "ready") {
        clearTimeout(late);
        ready.resolve();
      } else if (message.kind === "unusable") {
        ready.reject(unusable(file, message.cause));
      } else if (message.id === this.#pending?.id) {
        this.#pending.end(
          message.kind === "answer"
            ? message
            : failed("Lambda.FunctionError", errorText(`${message.type}: ${message.message}`)),
        );
      }
    });
    worker.on("error", (thrown) =>
      ends(failed("Lambda.FunctionError", errorText(causeOf(thrown)))),
    );
    worker.on("exit", (code) =>
      ends(failed("Lambda.FunctionError", errorText(`the runtime ended with code ${code}`))),
    );
    return { worker, ready: ready.promise };
  }

  /** Ends the thread and answers whoever waits for it. */
  #giveUp(invocation: Invocation): void {
    const pending = this.#pending;
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.worker.terminate();
    pending?.end(invocation);
  }
}

const STOPPED = failed("Lambda.InvokeAborted", "Delivery was stopped.");

function failed(code: string, message: string): Invocation {
  return { kind: "failed", code, message };
}

function timedOut(ms: number): Invocation {
  return failed("Lambda.FunctionTimedOut", `The Lambda function timed out after ${ms} ms.`);
}

function errorText(cause: string): string {
  const bounded = cause.length > 500 ? `${cause.slice(0, 500)}…` : cause;
  return `The Lambda function was successfully invoked but it returned an error result. ${bounded}`;
}

function unusable(file: string, cause: string): Fault {
  return new Fault("LAMBDA_UNUSABLE", { file, cause });
}
