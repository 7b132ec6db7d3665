/** Numbers, widths, tables and lines as people see them. */

import { expect, test } from "vitest";
import { scriptedWorld, recordingScreen } from "../scripted-world.ts";
import { openLiveLine } from "./live-line.ts";
import { showAgo, showCounted, showRate } from "./numbers.ts";
import { paintFor } from "./paint.ts";
import { alignRows } from "./table.ts";
import { cut, harmless, padStart, widthOf } from "./text.ts";

test.each([
  [0, "0/s"],
  [12.34, "12.3/s"],
  [850, "850/s"],
  [9999, "9,999/s"],
  [12_440, "12.4k/s"],
  [1_460_000, "1.46M/s"],
])("%d per second", (rate, shown) => {
  expect(showRate(rate)).toBe(shown);
});

test("counts and ages in words", () => {
  expect([showCounted(1, "record"), showCounted(2000, "record")]).toEqual([
    "1 record",
    "2,000 records",
  ]);
  expect([0, 12_000, 180_000, 7_200_000, 432_000_000].map(showAgo)).toEqual([
    "just now",
    "12 s ago",
    "3 min ago",
    "2 h ago",
    "5 days ago",
  ]);
});

test("control characters are made visible, text in any language is not touched", () => {
  expect(harmless("a\n\u001b[2J\u0007\u202e")).toBe("a\\n\\x1b[2J\\x07\\u202e");
  expect(harmless("Côte d’Ivoire 漢字 🌾")).toBe("Côte d’Ivoire 漢字 🌾");
});

test("widths are the terminal's: wide characters two, marks none, colours none", () => {
  expect(["abc", "漢字", "e\u0301", "🌾", "\u001b[31mred\u001b[39m"].map(widthOf)).toEqual([
    3, 4, 1, 2, 3,
  ]);
  expect(cut("abcdef", 4)).toBe("abc…");
  expect(cut("漢字漢字", 5)).toBe("漢字…");
  expect(cut("abc", 3)).toBe("abc");
  expect(padStart("漢", 4)).toBe("  漢");
});

test("columns line up whatever is in them", () => {
  const rows = [
    ["a", "1"],
    ["漢字", "100"],
  ];
  expect(alignRows(rows, ["left", "right"])).toEqual(["a       1", "漢字  100"]);
});

test("colours need a terminal that wants them", () => {
  const terminal = recordingScreen(true);
  expect(paintFor(terminal, {}).red("x")).toBe("\u001b[31mx\u001b[39m");
  expect(paintFor(terminal, { NO_COLOR: "1" }).red("x")).toBe("x");
  expect(paintFor(terminal, { NO_COLOR: "" }).red("x")).not.toBe("x");
  expect(paintFor(terminal, { TERM: "dumb" }).red("x")).toBe("x");
  expect(paintFor(recordingScreen(), {}).red("x")).toBe("x");
});

test("the live line is drawn seldom enough, kept below what is printed, and taken away", async () => {
  const world = scriptedWorld();
  const screen = recordingScreen(true);
  const line = openLiveLine({ screen, clock: world.clock, plainEveryMs: 1000 });
  await line.show("one");
  await line.show("too soon");
  await world.sleep(100);
  await line.show("two");
  await line.above("printed");
  await line.clear();
  const erase = "\r\u001b[2K";
  expect(screen.text).toBe(`${erase}one${erase}two${erase}printed\ntwo${erase}`);
});

test("without a terminal there are plain lines, seldom", async () => {
  const world = scriptedWorld();
  const screen = recordingScreen();
  const line = openLiveLine({ screen, clock: world.clock, plainEveryMs: 1000 });
  await line.show("at once");
  await world.sleep(1000);
  await line.show("later");
  await line.clear();
  expect(screen.text).toBe("later\n");
});
