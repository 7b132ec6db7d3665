/** A pipe of the managed form: what lies in the bucket, what the pipe says it loaded, and what the table has. Pure. */

import type { Instant } from "../../base/clock.ts";
import type { CopiedFile, ListedFile, PipeState } from "../../seams/pipe.ts";
import type { Finding } from "../../seams/verify.ts";
import { Account, showCount } from "../account.ts";

export interface PipeSeen {
  /** Name of the stream, and the table behind its pipe. */
  readonly stream: string;
  readonly table: string;
  readonly pipe: string;
  readonly state: PipeState;
  readonly history: readonly CopiedFile[];
  readonly listed: readonly ListedFile[];
  /** Rows that the table has of each object. */
  readonly held: ReadonlyMap<string, number>;
  readonly now: Instant;
}

export interface PipeClosed {
  readonly finding: Finding;
  /** Rows that the table has. */
  readonly rows: number;
  /** Objects without a trace in history and table, whatever the pipe knows of them; the oldest first. */
  readonly waiting: readonly ListedFile[];
  /** Objects of which no notification came, and which a refresh still reaches; the oldest first. */
  readonly lost: readonly ListedFile[];
}

/** A pipe loads within about a minute of the notification; after this long without a trace there was none. */
export const NOTIFIED_MS = 900_000;
/** ALTER PIPE … REFRESH queues what was staged in the last seven days; an hour less, for clocks and for the way. */
export const REFRESH_REACH_MS = 7 * 86_400_000 - 3_600_000;

const LOADED = new Set(["loaded", "partially loaded"]);

export function closePipe(seen: PipeSeen): PipeClosed {
  const { stream, table, pipe, state, history, listed, held } = seen;
  const account = new Account(`${stream}: bucket ↔ pipe ↔ ${table}`);
  if (state.execution !== "RUNNING") {
    account.unread(
      `${pipe} is ${state.execution}${state.error === undefined ? "" : `: ${state.error}`}`,
    );
  }
  const copied = new Map(history.map((one) => [one.file, one]));
  const names = new Set([...copied.keys(), ...held.keys()]);
  for (const file of names) {
    compareFile(account, copied.get(file), { file, rows: held.get(file) ?? 0 });
  }
  const waiting = listed
    .filter(({ file }) => !names.has(file))
    .toSorted((a, b) => a.modifiedAt - b.modifiedAt);
  const { lost, coming } = judgeWaiting(seen, waiting, account);
  const rows = [...held.values()].reduce((sum, count) => sum + count, 0);
  const behind = state.pending + coming;
  const on = behind === 0 ? "" : ` ${showCount(behind)} object(s) are on their way.`;
  const says = `${showCount(listed.length)} object(s), ${showCount(rows)} row(s), as ${pipe} says it loaded them.${on}`;
  return { finding: account.close(says), rows, waiting, lost };
}

function compareFile(
  account: Account,
  copied: CopiedFile | undefined,
  { file, rows }: { readonly file: string; readonly rows: number },
): void {
  if (copied === undefined) {
    // The history ends after 14 days; rows of an older object are as many as they are.
    account.expected += rows;
    return;
  }
  const status = copied.status.toLowerCase();
  if (status === "load in progress") {
    account.expected += rows;
    return;
  }
  account.expected += Math.max(copied.parsed, copied.rows);
  if (!LOADED.has(status)) {
    const why = copied.firstError ?? "no reason is given";
    account.missing(Math.max(1, copied.parsed), [], `${file}: ${copied.status}, ${why}`);
  } else if (copied.errors > 0) {
    const why = `${copied.errors} row(s) of ${file} were left out: ${copied.firstError ?? ""}`;
    account.missing(copied.errors, [], why);
  }
  const differ = rows - (LOADED.has(status) ? copied.rows : 0);
  if (differ < 0) {
    account.missing(
      -differ,
      [],
      `${file} was loaded with ${copied.rows} row(s), and ${rows} are there`,
    );
  } else {
    account.extra(
      differ,
      [],
      `${file} was loaded with ${copied.rows} row(s), and ${rows} are there`,
    );
  }
}

/** Which of the objects that nobody knows of are on their way, and which are lost. */
function judgeWaiting(
  { state, now, pipe }: PipeSeen,
  waiting: readonly ListedFile[],
  account: Account,
): { readonly lost: readonly ListedFile[]; readonly coming: number } {
  const late = waiting.filter(({ modifiedAt }) => now - modifiedAt > NOTIFIED_MS);
  const coming = waiting.length - late.length;
  if (state.pending > 0 || state.refreshes > 0) {
    // It knows of files that it has not come to: which ones, nobody says.
    return { lost: [], coming: coming + Math.max(0, late.length - state.pending) };
  }
  const lost = late.filter(({ modifiedAt }) => now - modifiedAt <= REFRESH_REACH_MS);
  const gone = late.length - lost.length;
  if (lost.length > 0) {
    const why = `of ${lost.length} object(s), ${lost[0]?.file} the oldest, no notification reached ${pipe}: --refresh queues them`;
    account.missing(lost.length, [], why);
  }
  if (gone > 0) {
    const why = `${gone} object(s) that ${pipe} never saw are too old for a refresh: COPY INTO them by hand`;
    account.missing(gone, [], why);
  }
  return { lost, coming };
}
