/** Walks through the open letters page by page, has each judged or redriven, and sums up what the pipeline says. */

import type { DeadLetterFix } from "../../define/fix.ts";
import { askJson, unexpected } from "../reach/ask.ts";
import { isRecord } from "../reach/refusal.ts";
import { applyFix, type FixedRecord, type PickedLetter } from "./fix.ts";
import type { LetterFilter } from "./filter.ts";

export interface Walk {
  readonly base: string;
  readonly filter: LetterFilter;
  readonly fix: DeadLetterFix | undefined;
  readonly confirm: boolean;
}

interface Cause {
  readonly cause: string;
  readonly path: string;
  readonly message: string;
  readonly count: number;
}

export interface Example {
  readonly id: string;
  readonly stream: string;
  readonly passes: boolean;
  readonly before: string;
  readonly after: string | null;
  readonly reasons: readonly { readonly message: string }[];
}

/** What one request answers. */
interface PageAnswer {
  readonly passes: number;
  readonly fails: number;
  readonly left: Readonly<Record<string, number>>;
  readonly causes: readonly Cause[];
  readonly examples: readonly Example[];
  readonly next: string | null;
}

export interface Summary {
  readonly dry_run: boolean;
  readonly passes: number;
  readonly fails: number;
  /** Why letters were left as they are → how many. */
  readonly left: Readonly<Record<string, number>>;
  readonly causes: readonly Cause[];
  readonly examples: readonly Example[];
  /** The first of what the fix threw. */
  readonly fix_failure: string | null;
}

const LETTERS_PER_PAGE = 5000;
const FIXED_BYTES_MAX = 4 * 1_048_576;
const EXAMPLES_EACH = 3;
/** The pipeline waits half a minute for moves to reach the warehouse, up to three times in one call. */
const SILENCE_MS_MAX = 120_000;

export async function redriveAll(walk: Walk): Promise<Summary> {
  const sum = new Sum();
  await (walk.fix === undefined ? askForAll(walk, {}, sum) : fixAll(walk, walk.fix, sum));
  return sum.summary(!walk.confirm);
}

/** One request after the other until there is no further page. */
async function askForAll(walk: Walk, more: object, sum: Sum): Promise<void> {
  let after: string | null = null;
  do {
    const json = {
      ...walk.filter,
      ...more,
      limit: LETTERS_PER_PAGE,
      confirm: walk.confirm,
      ...(after === null ? {} : { after }),
    };
    const answer: PageAnswer = toPage(await ask(walk.base, "redrive", json), walk.base);
    sum.add(answer);
    after = answer.next;
  } while (after !== null);
}

async function fixAll(walk: Walk, fix: DeadLetterFix, sum: Sum): Promise<void> {
  let after: string | null = null;
  do {
    const json = { ...walk.filter, limit: LETTERS_PER_PAGE, ...(after === null ? {} : { after }) };
    const page: unknown = await ask(walk.base, "pick", json);
    if (!isRecord(page) || !Array.isArray(page["letters"])) {
      throw unexpected(`${walk.base}/v1/dead-letters/pick`, 200, "no list of letters");
    }
    for (const fixed of await fixPage(fix, page["letters"] as PickedLetter[], sum)) {
      const ids = [...new Set(fixed.map(({ letter }) => letter))];
      await askForAll({ ...walk, filter: { ids } }, { fixed }, sum);
    }
    after = typeof page["next"] === "string" ? page["next"] : null;
  } while (after !== null);
}

/** The fixed records in lists that fit one request each. */
async function fixPage(
  fix: DeadLetterFix,
  letters: readonly PickedLetter[],
  sum: Sum,
): Promise<readonly (readonly FixedRecord[])[]> {
  const lists: FixedRecord[][] = [];
  let room = 0;
  for (const letter of letters) {
    const fixed = await applyFix(fix, letter);
    if (fixed.kind === "threw") {
      sum.threw(fixed.says);
    } else if (fixed.kind === "left") {
      sum.leave("without_fix");
    } else {
      const bytes = JSON.stringify(fixed.record).length;
      if (bytes > room) {
        lists.push([]);
        room = FIXED_BYTES_MAX;
      }
      lists.at(-1)?.push(fixed.record);
      room -= bytes;
    }
  }
  return lists;
}

export async function ask(base: string, what: string, json: unknown): Promise<unknown> {
  const path = `/v1/dead-letters/${what}`;
  const question = { method: "POST", path, json, silenceMsMax: SILENCE_MS_MAX } as const;
  return (await askJson(base, question)).body;
}

function toPage(body: unknown, base: string): PageAnswer {
  if (!isRecord(body) || typeof body["passes"] !== "number" || !isRecord(body["left"])) {
    throw unexpected(`${base}/v1/dead-letters/redrive`, 200, "no word on what passes");
  }
  return body as unknown as PageAnswer;
}

class Sum {
  readonly #left: Record<string, number> = {};
  readonly #causes = new Map<string, Cause>();
  readonly #examples: Example[] = [];
  #passes = 0;
  #fails = 0;
  #failure: string | null = null;

  add({ passes, fails, left, causes, examples }: PageAnswer): void {
    this.#passes += passes;
    this.#fails += fails;
    for (const [why, count] of Object.entries(left)) {
      this.leave(why, count);
    }
    for (const cause of causes) {
      const kind = `${cause.cause} ${cause.path}`;
      const known = this.#causes.get(kind)?.count ?? 0;
      this.#causes.set(kind, { ...cause, count: known + cause.count });
    }
    for (const example of examples) {
      const alike = this.#examples.filter(({ passes: one }) => one === example.passes);
      if (alike.length < EXAMPLES_EACH) {
        this.#examples.push(example);
      }
    }
  }

  leave(why: string, count = 1): void {
    this.#left[why] = (this.#left[why] ?? 0) + count;
  }

  threw(says: string): void {
    this.#failure ??= says;
    this.leave("fix_failed");
  }

  summary(dryRun: boolean): Summary {
    return {
      dry_run: dryRun,
      passes: this.#passes,
      fails: this.#fails,
      left: this.#left,
      causes: [...this.#causes.values()].toSorted((one, other) => other.count - one.count),
      examples: this.#examples,
      fix_failure: this.#failure,
    };
  }
}
