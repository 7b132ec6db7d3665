/** The pipeline run whole: wide rows go in, and come out as one row per item. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openTestPipeline } from "millrace/testing";

const pipeline = await openTestPipeline(import.meta.dirname);
after(() => pipeline.close());

/** A market's month; of the other items nothing is known. */
const june = {
  country: "Kenya",
  mkt_name: "Nairobi",
  DATES: "6/1/2023",
  year: 2023,
  month: 6,
  o_maize: 61.2,
  h_maize: 63.05,
  l_maize: 60.4,
  c_maize: 62.75,
  c_beans: 140,
};

test("a wide row becomes one row per known item; sent again, it revises them", async () => {
  await pipeline.send("prices", june);
  await pipeline.drain();
  await pipeline.send("prices", { ...june, c_maize: 62.5 });
  await pipeline.drain();
  const rows = await pipeline.query("select item, open, close from prices order by item");
  assert.deepEqual(rows, [
    { item: "BEANS", open: null, close: 140 },
    { item: "MAIZE", open: 61.2, close: 62.5 },
  ]);
});

test("a price that is no number is set aside, and the read API gives what is there", async () => {
  const { records } = await pipeline.send("prices", [
    { ...june, DATES: "7/1/2023", month: 7, o_maize: "n/a" },
  ]);
  assert.equal(records[0]?.reasons?.[0]?.path, "/o_maize");
  const answer = await fetch(`${pipeline.url}/countries`);
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /Kenya/);
});
