/** JQ over records as large and as many as a delivery stream takes. */

import { expect, it } from "vitest";
import { openJq } from "./jq.ts";

function record(n: number, fill: number): Buffer {
  return Buffer.from(`{"n":"${n}ü","fill":"${"x".repeat(fill)}"}`);
}

/** Far less than a query is given, and far more than these take: they took minutes before. */
const ANSWER_MS = 10_000;

it.each([
  ["a record of a megabyte", 1, 1_000_000],
  ["thousands of small ones", 5000, 150],
])("reads %s in time, each record's own keys", { timeout: 60_000 }, async (_name, count, fill) => {
  await using jq = openJq(ANSWER_MS);
  const records = Array.from({ length: count }, (_none, n) => record(n, fill));
  const found = await jq.extract("{n: .n}", records);
  expect(found).toEqual(records.map((_record, n) => ({ keys: new Map([["n", `${n}ü`]]) })));
});
