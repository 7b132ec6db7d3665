/** The warehouse process's side of queries: runs them, sends chunks while the reader has room, cancels them. */

import { causeOf, Fault } from "../../base/faults.ts";
import type { Audit } from "../../seams/audit.ts";
import type { Objects } from "../../seams/objects.ts";
import type { Query } from "../../seams/query.ts";
import { type Asked, type FromWarehouse, STREAM_CREDIT, type ToWarehouse } from "./messages.ts";

type Run = Extract<ToWarehouse, { kind: "run" }>;
type Stream = Extract<ToWarehouse, { kind: "stream" }>;

interface Asking {
  readonly stop: AbortController;
  credit: number;
  /** Called when there is credit again, or no more need. */
  wakeUp: () => void;
}

type AuditCall = Extract<ToWarehouse, { kind: "audit" }>;

interface DeskParts {
  readonly query: Query;
  readonly objects: Objects;
  readonly audit: Audit;
}

export class QueryDesk {
  readonly #parts: DeskParts;
  readonly #say: (message: FromWarehouse) => void;
  readonly #asking = new Map<number, Asking>();

  constructor(parts: DeskParts, say: (message: FromWarehouse) => void) {
    this.#parts = parts;
    this.#say = say;
  }

  run({ id, sql, asked }: Run): void {
    void this.#answer(id, async (signal) => {
      const result = await this.#asks(asked).run(sql, { ...asked, signal });
      this.#say({ kind: "result", id, result });
    });
  }

  audit({ id, request }: AuditCall): void {
    void this.#answer(id, async () => {
      this.#say({ kind: "audited", id, answer: await this.#parts.audit.audit(request) });
    });
  }

  stream({ id, sql, format, asked }: Stream): void {
    void this.#answer(id, async (signal) => {
      for await (const text of this.#asks(asked).stream(sql, format, { ...asked, signal })) {
        await this.#room(id);
        signal.throwIfAborted();
        this.#say({ kind: "chunk", id, text });
      }
      this.#say({ kind: "end", id });
    });
  }

  #asks({ over }: Asked): Query {
    return over === undefined ? this.#parts.query : this.#parts.objects.over(over);
  }

  credit(id: number, chunks: number): void {
    const asking = this.#asking.get(id);
    if (asking !== undefined) {
      asking.credit += chunks;
      asking.wakeUp();
    }
  }

  cancel(id: number): void {
    this.#asking.get(id)?.stop.abort();
    this.#asking.get(id)?.wakeUp();
  }

  async #answer(id: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const asking: Asking = {
      stop: new AbortController(),
      credit: STREAM_CREDIT,
      wakeUp: () => {},
    };
    this.#asking.set(id, asking);
    try {
      await work(asking.stop.signal);
    } catch (thrown) {
      const fault =
        thrown instanceof Fault ? thrown : new Fault("QUERY_FAILED", { cause: causeOf(thrown) });
      this.#say({ kind: "failed", id, code: fault.code, facts: fault.facts });
    } finally {
      this.#asking.delete(id);
    }
  }

  /** Waits until the reader has room; the reader's side cancels when that takes longer than the query may. */
  async #room(id: number): Promise<void> {
    const asking = this.#asking.get(id);
    if (asking === undefined) {
      return;
    }
    while (mustWait(asking)) {
      await new Promise<void>((resolve) => {
        asking.wakeUp = resolve;
      });
    }
    asking.credit -= 1;
  }
}

function mustWait({ credit, stop }: Asking): boolean {
  return credit === 0 && !stop.signal.aborted;
}
