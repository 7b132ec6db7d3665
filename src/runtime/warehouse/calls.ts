/** The main process's queries on their way: answers matched to askers, streams with back-pressure, deaths told. */

import { Fault } from "../../base/faults.ts";
import type { Audit, AuditAnswer, AuditRequest } from "../../seams/audit.ts";
import type { DeliveredObject, Objects } from "../../seams/objects.ts";
import type { Query, QueryOptions, ResultSet, RowFormat } from "../../seams/query.ts";
import type { Asked, FromWarehouse, ToWarehouse } from "./messages.ts";

type AnswerKind = "result" | "audited" | "chunk" | "end" | "failed";
type Answer = Extract<FromWarehouse, { readonly kind: AnswerKind }>;

/** The other side ends a query in time; this much later we no longer believe that it will. */
const GRACE_MS = 5000;
const TIMEOUT_MS = 30_000;
const CALLS_MAX = 1000;
/** A cut of the largest size, wide and compressed, is read in seconds; it may have to wait for loads. */
const AUDIT_MS = 300_000;

interface Call {
  /** At most STREAM_CREDIT chunks and the end. */
  readonly answers: Answer[];
  wakeUp: () => void;
}

interface CallOptions extends QueryOptions {
  readonly over?: DeliveredObject;
}

export class QueryCalls implements Query, Audit, Objects {
  readonly #say: (message: ToWarehouse) => void;
  readonly #calls = new Map<number, Call>();
  #next = 1;
  #down: Fault | undefined = new Fault("WAREHOUSE_DOWN", { cause: "it is starting" });

  constructor(say: (message: ToWarehouse) => void) {
    this.#say = say;
  }

  over(over: DeliveredObject): Query {
    return {
      run: (sql, options) => this.run(sql, { ...options, over }),
      stream: (sql, format, options) => this.stream(sql, format, { ...options, over }),
    };
  }

  async run(sql: string, options: CallOptions = {}): Promise<ResultSet> {
    for await (const answer of this.#ask(options, (id, asked) => ({
      kind: "run",
      id,
      sql,
      asked,
    }))) {
      if (answer.kind === "result") {
        return answer.result;
      }
    }
    throw new Fault("WAREHOUSE_DOWN", { cause: "it gave no answer" });
  }

  async audit(request: AuditRequest): Promise<AuditAnswer> {
    const options = { timeoutMs: AUDIT_MS };
    for await (const answer of this.#ask(options, (id) => ({ kind: "audit", id, request }))) {
      if (answer.kind === "audited") {
        return answer.answer;
      }
    }
    throw new Fault("WAREHOUSE_DOWN", { cause: "it gave no answer" });
  }

  async *stream(sql: string, format: RowFormat, options: CallOptions = {}): AsyncIterable<string> {
    const ask = (id: number, asked: Asked): ToWarehouse => ({
      kind: "stream",
      id,
      sql,
      format,
      asked,
    });
    for await (const answer of this.#ask(options, ask)) {
      if (answer.kind === "chunk") {
        yield answer.text;
        this.#say({ kind: "credit", id: answer.id, chunks: 1 });
      }
    }
  }

  hear(answer: Answer): void {
    const call = this.#calls.get(answer.id);
    call?.answers.push(answer);
    call?.wakeUp();
  }

  open(): void {
    this.#down = undefined;
  }

  /** Ends every query that waits, and those to come until the warehouse is open again. */
  failAll(fault: Fault): void {
    this.#down = fault;
    for (const [id, call] of this.#calls) {
      call.answers.push({ kind: "failed", id, code: fault.code, facts: fault.facts });
      call.wakeUp();
    }
  }

  async *#ask(
    options: CallOptions,
    ask: (id: number, asked: Asked) => ToWarehouse,
  ): AsyncGenerator<Answer> {
    if (this.#down !== undefined) {
      throw new Fault(this.#down.code, this.#down.facts);
    }
    if (this.#calls.size >= CALLS_MAX) {
      throw new Fault("WAREHOUSE_DOWN", { cause: `${CALLS_MAX} queries are waiting already` });
    }
    const id = this.#next;
    this.#next += 1;
    const call: Call = { answers: [], wakeUp: () => {} };
    this.#calls.set(id, call);
    const { signal, ...asked } = options;
    const cancel = (): void => this.#say({ kind: "cancel", id });
    const late = (): void => {
      const cause = "it gave no answer in time, or the answer was not read in time";
      cancel();
      this.hear({ kind: "failed", id, code: "WAREHOUSE_DOWN", facts: { cause } });
    };
    const timer = setTimeout(late, (options.timeoutMs ?? TIMEOUT_MS) + GRACE_MS);
    signal?.addEventListener("abort", cancel, { once: true });
    this.#say(ask(id, asked));
    if (signal?.aborted === true) {
      cancel();
    }
    let over = false;
    try {
      while (!over) {
        const answer = await next(call);
        over = answer.kind !== "chunk";
        if (answer.kind === "failed") {
          throw new Fault(answer.code, answer.facts);
        }
        yield answer;
      }
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
      this.#calls.delete(id);
      if (!over) {
        // The reader walked away in the middle.
        cancel();
      }
    }
  }
}

async function next(call: Call): Promise<Answer> {
  for (;;) {
    const answer = call.answers.shift();
    if (answer !== undefined) {
      return answer;
    }
    await new Promise<void>((resolve) => {
      call.wakeUp = resolve;
    });
  }
}
