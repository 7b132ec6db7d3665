/** One request of an API: at its pace, repeated while that can help, its answer within a bound. */

import { Fault } from "../../../base/faults.ts";
import { showBytes, showMs } from "../../../base/units.ts";
import type { HttpSourcePlan } from "../../../plan/sources/source-plan.ts";
import { follow, innermost, refusal } from "../follow.ts";
import type { ReadContext } from "../reader.ts";
import { type Waits, waitMs } from "../wait.ts";

export interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string | undefined;
}

export interface Answered {
  /** Undefined when nothing has changed since the ETag. */
  readonly body: Buffer | undefined;
  readonly type: string;
  readonly etag: string | undefined;
  readonly link: string | null;
}

const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);
const WAITS: Waits = { firstMs: 1000, longestMs: 60_000 };
/** However long a server asks to be left alone. */
const RETRY_AFTER_MAX_MS = 3_600_000;
const TYPES = "application/json, application/x-ndjson;q=0.9, text/csv;q=0.8, */*;q=0.1";

export class Asker {
  readonly #plan: HttpSourcePlan;
  readonly #context: ReadContext;
  #lastAt = 0;

  constructor(plan: HttpSourcePlan, context: ReadContext) {
    this.#plan = plan;
    this.#context = context;
  }

  /** Throws SOURCE_REFUSED when nothing helps. Undefined when the source is stopped meanwhile. */
  async ask(asked: Asked): Promise<Answered | undefined> {
    const { attempts } = this.#plan;
    const { signal, random, clock, tell, sleep } = this.#context;
    const since = clock.now();
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      await this.#pace();
      const outcome = await this.#once(asked);
      if (!("again" in outcome)) {
        tell({ trouble: undefined });
        return outcome;
      }
      const { again, retryAfterMs } = outcome;
      if (attempt >= attempts) {
        throw again;
      }
      const wait = Math.max(waitMs(attempt, WAITS, random), retryAfterMs ?? 0);
      const message = `${again.message} Asked again in ${showMs(wait)}.`;
      tell({ trouble: { code: again.code, message, since, attempts: attempt } });
      await sleep(wait);
    }
    return undefined;
  }

  /** No more requests a second than allowed. */
  async #pace(): Promise<void> {
    const { clock, sleep } = this.#context;
    const between = 1000 / this.#plan.perSecond;
    const wait = this.#lastAt + between - clock.now();
    if (wait > 0) {
      // A clock that was set back owes nobody hours.
      await sleep(Math.min(between, wait));
    }
    this.#lastAt = clock.now();
  }

  async #once(asked: Asked): Promise<Answered | Again> {
    const { name: source, signal } = this.#context;
    const about = { url: asked.url, source };
    const slow = AbortSignal.timeout(this.#plan.timeout);
    try {
      const open = {
        accept: TYPES,
        ...(asked.etag === undefined ? {} : { "if-none-match": asked.etag }),
      };
      const both = AbortSignal.any([signal, slow]);
      const answer = await follow({ ...about, headers: asked.headers, open, signal: both });
      return await this.#judge(answer, asked);
    } catch (thrown) {
      if (thrown instanceof Fault) {
        throw thrown;
      }
      const cause = slow.aborted
        ? `nothing came within ${showMs(this.#plan.timeout)}`
        : innermost(thrown);
      return { again: refusal(about, cause), retryAfterMs: undefined };
    }
  }

  async #judge(answer: Response, { url, etag }: Asked): Promise<Answered | Again> {
    const { name: source, clock } = this.#context;
    const { status, headers } = answer;
    const known = {
      type: (headers.get("content-type") ?? "").toLowerCase(),
      etag: headers.get("etag") ?? undefined,
      link: headers.get("link"),
    };
    if (status === 304 && etag !== undefined) {
      return { ...known, etag, body: undefined };
    }
    if (!answer.ok) {
      const said = (await readBounded(answer, SAID_BYTES)).toString("utf8").trim();
      const fault = refusal(
        { url, source },
        `it answers ${status}${said === "" ? "" : `: ${said}`}`,
      );
      if (!PASSING.has(status)) {
        throw fault;
      }
      return {
        again: fault,
        retryAfterMs: toRetryAfterMs(headers.get("retry-after"), clock.now()),
      };
    }
    const body = await readBounded(answer, this.#plan.answer + 1);
    if (body.length > this.#plan.answer) {
      const cause = `its answer has more than ${showBytes(this.#plan.answer)}`;
      throw refusal({ url, source }, cause);
    }
    return { ...known, body };
  }
}

interface Again {
  readonly again: Fault;
  readonly retryAfterMs: number | undefined;
}

/** So much of a refusal is shown. */
const SAID_BYTES = 200;

/** The body, or its first bytes when it is longer. */
async function readBounded(answer: Response, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= bytesMax) {
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, bytesMax);
}

/** Retry-After in milliseconds: seconds or an HTTP date. */
function toRetryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) {
    return undefined;
  }
  const at = /^\d+$/.test(header.trim()) ? nowMs + Number(header) * 1000 : Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.min(RETRY_AFTER_MAX_MS, Math.max(0, at - nowMs));
}
