/** Counts what a redrive would do, or did, with a few examples of each outcome. */

import type { Reason } from "../../base/dead-letter.ts";
import type { Judgement } from "./judge.ts";
import type { PickedLetter } from "./pick.ts";

/** Why a letter was left as it is. */
type LeftBecause = "without_fix" | "tried_too_often" | "not_possible";

export interface RedriveExample {
  readonly id: string;
  readonly stream: string;
  readonly passes: boolean;
  readonly event_id: string | null;
  readonly before: string;
  /** The fixed record; null where none was given. */
  readonly after: string | null;
  readonly reasons: readonly Reason[];
}

export interface RedriveAnswer {
  readonly dry_run: boolean;
  /** Letters whose records the check accepts now; redriven unless this is a dry run. */
  readonly passes: number;
  readonly fails: number;
  readonly left: Readonly<Record<LeftBecause, number>>;
  /** Why records still fail, the most frequent first. */
  readonly causes: readonly {
    readonly cause: string;
    readonly path: string;
    readonly message: string;
    readonly count: number;
  }[];
  readonly examples: readonly RedriveExample[];
  /** Goes into `after` of the next call; null behind the last page. */
  readonly next: string | null;
}

export interface Outcome {
  readonly letter: PickedLetter;
  readonly before: Buffer;
  readonly after: Buffer | undefined;
  readonly judgement: Judgement;
}

const EXAMPLES_EACH = 3;
const EXAMPLE_CHARS = 500;
const CAUSES_MAX = 20;

export class Tally {
  readonly #left = { without_fix: 0, tried_too_often: 0, not_possible: 0 };
  readonly #causes = new Map<string, { reason: Reason; count: number }>();
  readonly #passing: RedriveExample[] = [];
  readonly #failing: RedriveExample[] = [];
  #passes = 0;
  #fails = 0;

  leave(why: LeftBecause): void {
    this.#left[why] += 1;
  }

  add(outcome: Outcome): void {
    const { judgement } = outcome;
    if (judgement.kind === "passes") {
      this.#passes += 1;
    } else {
      this.#fails += 1;
      const [reason] = judgement.reasons;
      const kind = `${reason.code} ${reason.path}`;
      const known = this.#causes.get(kind) ?? { reason, count: 0 };
      known.count += 1;
      this.#causes.set(kind, known);
    }
    const examples = judgement.kind === "passes" ? this.#passing : this.#failing;
    if (examples.length < EXAMPLES_EACH) {
      examples.push(toExample(outcome));
    }
  }

  answer({ dryRun, next }: { dryRun: boolean; next: string | undefined }): RedriveAnswer {
    const causes = [...this.#causes.values()]
      .toSorted((one, other) => other.count - one.count)
      .slice(0, CAUSES_MAX)
      .map(({ reason: { code: cause, path, message }, count }) => ({
        cause,
        path,
        message,
        count,
      }));
    return {
      dry_run: dryRun,
      passes: this.#passes,
      fails: this.#fails,
      left: { ...this.#left },
      causes,
      examples: [...this.#passing, ...this.#failing],
      next: next ?? null,
    };
  }
}

function toExample({ letter, before, after, judgement }: Outcome): RedriveExample {
  const passes = judgement.kind === "passes";
  return {
    id: letter.letter,
    stream: letter.stream,
    passes,
    event_id: passes ? judgement.record.eventId : null,
    before: toShown(before),
    after: after === undefined ? null : toShown(after),
    reasons: passes ? [] : judgement.reasons,
  };
}

/** The beginning of a record as text; bytes that are no text show as the replacement character. */
function toShown(record: Buffer): string {
  return record.toString("utf8", 0, EXAMPLE_CHARS * 4).slice(0, EXAMPLE_CHARS);
}
