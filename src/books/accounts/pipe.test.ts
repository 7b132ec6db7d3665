/** A pipe's account: what is loaded balances, what failed or was left out is SHORT, and what nobody told of is lost. */

import { expect, test } from "vitest";
import { type Instant, toInstant } from "../../base/clock.ts";
import type { CopiedFile } from "../../seams/pipe.ts";
import { closePipe, NOTIFIED_MS, type PipeSeen, REFRESH_REACH_MS } from "./pipe.ts";

const NOW = toInstant(Date.UTC(2026, 10, 26));
const ago = (ms: number): Instant => toInstant(NOW - ms);
const HOUR = 3_600_000;

function copied(file: string, rows: number, more: Partial<CopiedFile> = {}): CopiedFile {
  return { file, status: "Loaded", rows, parsed: rows, errors: 0, firstError: undefined, ...more };
}

function seen(given: Partial<PipeSeen> = {}): PipeSeen {
  const idle = { pending: 0, refreshes: 0, lastLoadAt: undefined, error: undefined };
  return {
    stream: "sales",
    table: "DB.RAW.sales",
    pipe: "DB.RAW.LOAD_SALES",
    state: { execution: "RUNNING", ...idle },
    history: [copied("sales/a", 3), copied("sales/b", 2)],
    listed: [
      { file: "sales/a", modifiedAt: ago(2 * HOUR) },
      { file: "sales/b", modifiedAt: ago(HOUR) },
    ],
    held: new Map([
      ["sales/a", 3],
      ["sales/b", 2],
    ]),
    now: NOW,
    ...given,
  };
}

const withState = (state: Partial<PipeSeen["state"]>): Partial<PipeSeen> => ({
  state: { ...seen().state, ...state },
});

test("what lies there, was loaded and is in the table balances", () => {
  const { finding, lost } = closePipe(seen());
  expect(finding).toMatchObject({ state: "BALANCED", expected: 5, found: 5 });
  expect(finding.account).toBe("sales: bucket ↔ pipe ↔ DB.RAW.sales");
  expect(lost).toEqual([]);
});

test("rows of objects that the history has forgotten stand as they are", () => {
  const held = new Map([...seen().held, ["sales/old", 70]]);
  expect(closePipe(seen({ held })).finding).toMatchObject({ state: "BALANCED", expected: 75 });
});

test.each([
  [
    "a file that failed",
    copied("sales/b", 0, { status: "Load failed", parsed: 2, firstError: "bad" }),
    "2 missing: sales/b: Load failed, bad",
  ],
  [
    "one that was skipped",
    copied("sales/b", 0, { status: "Load skipped", parsed: 2 }),
    "2 missing: sales/b: Load skipped, no reason is given",
  ],
  [
    "rows left out",
    copied("sales/b", 1, {
      status: "Partially loaded",
      parsed: 2,
      errors: 1,
      firstError: "no number",
    }),
    "1 missing: 1 row(s) of sales/b were left out: no number",
  ],
])("%s is SHORT with its reason", (_what, file, says) => {
  const held = new Map([
    ["sales/a", 3],
    ...(file.rows > 0 ? [["sales/b", file.rows] as const] : []),
  ] as const);
  const { finding } = closePipe(seen({ history: [copied("sales/a", 3), file], held }));
  expect(finding).toMatchObject({ state: "SHORT", expected: 5 });
  expect(finding.says).toContain(says);
});

test.each([
  [1, "SHORT"],
  [4, "OVER"],
])("a table with %i rows of an object of 3 is %s", (rows, state) => {
  const held = new Map([...seen().held, ["sales/a", rows]]);
  expect(closePipe(seen({ held })).finding.state).toBe(state);
});

test.each(["PAUSED", "STALLED_EXECUTION_ERROR", "STOPPED_STAGE_DROPPED"])(
  "a pipe that is %s is UNVERIFIED, with what it says itself",
  (execution) => {
    const { finding } = closePipe(seen(withState({ execution, error: "no way in" })));
    expect(finding.state).toBe("UNVERIFIED");
    expect(finding.says).toContain(`${execution}: no way in`);
  },
);

const LATE = { file: "sales/c", modifiedAt: ago(NOTIFIED_MS + 1) };

test("an object without a trace is on its way at first, then lost, then out of a refresh's reach", () => {
  const listed = (ms: number) => [...seen().listed, { file: "sales/c", modifiedAt: ago(ms) }];
  const fresh = closePipe(seen({ listed: listed(NOTIFIED_MS) }));
  expect(fresh.finding.state).toBe("BALANCED");
  expect(fresh.finding.says).toContain("1 object(s) are on their way");
  const lost = closePipe(seen({ listed: listed(NOTIFIED_MS + 1) }));
  expect(lost.finding.state).toBe("SHORT");
  expect(lost.lost.map(({ file }) => file)).toEqual(["sales/c"]);
  const gone = closePipe(seen({ listed: listed(REFRESH_REACH_MS + 1) }));
  expect(gone.lost).toEqual([]);
  expect(gone.finding.says).toContain("too old for a refresh");
});

test("what a pipe has pending, or is refreshing, is not called lost", () => {
  const listed = [...seen().listed, LATE];
  for (const state of [{ pending: 1 }, { refreshes: 1 }]) {
    const closed = closePipe(seen({ ...withState(state), listed }));
    expect(closed.lost).toEqual([]);
    expect(closed.finding.state).toBe("BALANCED");
    expect(closed.finding.says).toContain("1 object(s) are on their way");
  }
});

test("a file that is being loaded is counted by what is there", () => {
  const history = [copied("sales/a", 3), copied("sales/b", 0, { status: "Load in progress" })];
  const held = new Map([
    ["sales/a", 3],
    ["sales/b", 1],
  ]);
  expect(closePipe(seen({ history, held })).finding).toMatchObject({
    state: "BALANCED",
    expected: 4,
  });
});
