/** Which unknown fields become columns. */

import { expect, it } from "vitest";
import { DISCOVERED_COLUMNS_MAX, planEvolution } from "./evolve.ts";

const planned = new Set(["a", "_load"]);
const table = [
  { name: "a", type: "text" },
  { name: "_load", type: "integer" },
  { name: "Old", type: "number" },
] as const;

it("adds columns for new names, and moves values into those that are there", () => {
  expect(planEvolution({ discovered: { b: "text", Old: "text" }, planned, table })).toEqual({
    adds: [{ name: "b", type: "text" }],
    moves: [
      { member: "b", column: "b", type: "text" },
      { member: "Old", column: "Old", type: "number" },
    ],
    stays: [],
  });
});

it.each(["A", "_load", "_Load", "old", "_own", "", "x\ny", "n".repeat(256)])(
  "leaves %j where it is",
  (name) => {
    const { adds, moves, stays } = planEvolution({
      discovered: { [name]: "text" },
      planned,
      table,
    });
    expect([adds, moves, stays]).toEqual([[], [], [name]]);
  },
);

it("stops at the bound, over all time", () => {
  const many = Object.fromEntries(
    Array.from({ length: DISCOVERED_COLUMNS_MAX + 5 }, (_name, at) => [`f${at}`, "text" as const]),
  );
  const { adds, stays } = planEvolution({ discovered: many, planned, table });
  expect([adds.length, stays.length]).toEqual([DISCOVERED_COLUMNS_MAX - 1, 6]);
});
