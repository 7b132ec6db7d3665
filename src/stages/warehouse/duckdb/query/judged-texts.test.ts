/** Which texts of queries are remembered as judged, and for how long. */

import { expect, it } from "vitest";
import { JudgedTexts } from "./judged-texts.ts";

it("knows a text once it was noted, to the letter", () => {
  const judged = new JudgedTexts();
  expect(judged.knows("SELECT 1")).toBe(false);
  judged.note("SELECT 1");
  judged.note("SELECT 1");
  expect(judged.knows("SELECT 1")).toBe(true);
  expect(judged.knows("select 1")).toBe(false);
});

it("forgets what was not asked for longest when the texts are too long together", () => {
  const judged = new JudgedTexts();
  const texts = ["a", "b", "c"].map((letter) => letter.repeat(1_000_000));
  judged.note(texts[0] ?? "");
  judged.note(texts[1] ?? "");
  expect(judged.knows(texts[0] ?? "")).toBe(true);
  judged.note(texts[2] ?? "");
  expect(texts.map((text) => judged.knows(text))).toEqual([true, false, true]);
});

it("does not keep a text that alone is too long", () => {
  const judged = new JudgedTexts();
  judged.note("a".repeat(3_000_000));
  expect(judged.knows("a".repeat(3_000_000))).toBe(false);
});
