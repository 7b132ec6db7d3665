/** What a report's definition may say, and that all that is wrong with one is told at once. */

import { expect, it } from "vitest";
import type { ReportDefinition } from "../../define/report/report.ts";
import { Problems } from "../settle.ts";
import { planReport } from "./plan-report.ts";

const GOOD: ReportDefinition = {
  table: "prices",
  time: "date",
  measures: { average_close: { by: "average", column: "close", doc: "Price." } },
  pages: [{ kind: "lines", title: "Prices", measures: ["average_close"] }],
};

function problemsOf(given: unknown): string[] {
  const problems = new Problems();
  planReport(given as ReportDefinition, problems);
  return problems.found.map(({ path, says }) => `${path}: ${says}`);
}

it("titles and formats are filled in", () => {
  const problems = new Problems();
  const plan = planReport(GOOD, problems);
  expect(problems.found).toEqual([]);
  expect(plan?.measures).toEqual([
    {
      name: "average_close",
      by: "average",
      columns: ["close"],
      within: [],
      title: "Average close",
      format: "decimal",
      doc: "Price.",
    },
  ]);
  expect(planReport(undefined, problems)).toBeUndefined();
});

const BAD_PARTS: readonly (readonly [unknown, RegExp])[] = [
  [{ ...GOOD, mesures: {} }, /report.mesures: No such setting/],
  [{ ...GOOD, table: "a b" }, /a b is no name/],
  [{ ...GOOD, time: undefined }, /report.time: The page Prices is over time/],
  [{ ...GOOD, pages: [] }, /0 pages/],
  [{ ...GOOD, pages: [{ kind: "pie", title: "P" }] }, /pie is no kind of page/],
  [{ ...GOOD, pages: [{ kind: "lines", title: "P", measures: ["x"] }] }, /no measure x/],
  [{ ...GOOD, pages: [{ kind: "lines", title: "P", measures: [] }] }, /No measure is named/],
  [{ ...GOOD, pages: [{ kind: "overview", title: "[P]" }] }, /A page needs a title/],
  [{ table: "t" }, /0 pages/],
];

const BAD_MEASURES: readonly (readonly [unknown, RegExp])[] = [
  [{ by: "median", column: "c", doc: "D" }, /median is no way to measure/],
  [{ by: "sum", doc: "D" }, /sum of 0 columns has no meaning/],
  [{ by: "average", columns: ["a", "b"], doc: "D" }, /average of 2 columns/],
  [{ by: "distinct", doc: "D" }, /distinct of 0 columns/],
  [{ by: "sum", column: "a;b", doc: "D" }, /a;b is no name/],
  [{ by: "count", format: "roman", doc: "D" }, /roman is no format/],
  [{ by: "count", title: "a [b]", doc: "D" }, /brackets/],
  [{ by: "count" }, /says nothing about itself/],
  [{ by: "count", column: "a", columns: ["b"], doc: "D" }, /a column and columns/],
];

it.each([
  ...BAD_PARTS,
  ...BAD_MEASURES.map(
    ([bad, wanted]) => [{ ...GOOD, measures: { ...GOOD.measures, bad } }, wanted] as const,
  ),
])("is refused: %j", (given, wanted) => {
  expect(problemsOf(given)).toEqual([expect.stringMatching(wanted)]);
});

it("two measures of one title are refused, whatever their case", () => {
  const measures = {
    a: { by: "count", doc: "D", title: "Rows" },
    b: { by: "count", doc: "D", title: "rows" },
  } as const;
  const pages = [{ kind: "overview", title: "P", cards: ["a", "b"] }] as const;
  expect(problemsOf({ ...GOOD, measures, pages })).toEqual([
    expect.stringContaining("two measures of one title"),
  ]);
});
