/** Which cut is taken for deadly: three crashes or twelve kills on it in a row, and no other. */

import { expect, it } from "vitest";
import { Deaths, type Ending } from "./deaths.ts";

const one = { stream: "prices", cut: 7 };

type Times = readonly [ending: Ending, times: number];

function died(deaths: Deaths, [ending, times]: Times, cut = one): Deaths {
  for (let time = 0; time < times; time += 1) {
    deaths.note(cut);
    deaths.end(ending, `death ${time + 1}`);
  }
  return deaths;
}

it.each([
  ["crash", 3],
  ["kill", 12],
] as const)("a %s counts until the cut has had enough of them", (ending, times) => {
  expect(died(new Deaths(), [ending, times - 1]).deadly).toBeUndefined();
  expect(died(new Deaths(), [ending, times]).deadly).toEqual({
    ...one,
    cause: `death ${times}`,
    attempts: times,
  });
});

it("a load that ended, or a death on another cut, starts the count again", () => {
  const loaded = died(new Deaths(), ["crash", 2]);
  loaded.note(one);
  loaded.note(undefined);
  expect(died(loaded, ["crash", 1]).deadly).toBeUndefined();
  const other = died(died(new Deaths(), ["crash", 2]), ["crash", 2], { stream: "prices", cut: 8 });
  expect(died(other, ["crash", 2]).deadly).toBeUndefined();
  expect(died(other, ["crash", 1]).deadly).toMatchObject(one);
});

it("a death with nothing being loaded is nobody's, and forgets nothing", () => {
  const deaths = died(new Deaths(), ["crash", 2]);
  deaths.end("crash", "idle");
  expect(died(deaths, ["crash", 1]).deadly).toMatchObject(one);
});
