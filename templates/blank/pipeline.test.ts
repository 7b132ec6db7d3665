/** The pipeline run whole: events go in at the door and come out of the warehouse as rows. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openTestPipeline } from "millrace/testing";

const pipeline = await openTestPipeline(import.meta.dirname);
after(() => pipeline.close());

test("an event becomes a row, once, however often it is sent", async () => {
  const order = { id: "1", kind: "order", amount: 12.5 };
  assert.equal((await pipeline.send("events", order)).accepted, 1);
  assert.equal((await pipeline.send("events", [order, { id: "2", kind: "visit" }])).accepted, 2);
  await pipeline.drain();
  assert.deepEqual(await pipeline.query("select id, kind, amount from events order by id"), [
    { id: "1", kind: "order", amount: 12.5 },
    { id: "2", kind: "visit", amount: 0 },
  ]);
});

test("what is no event is set aside with its reason, and its neighbour is not", async () => {
  const sent = await pipeline.send("events", [
    { id: "3", kind: "theft" },
    { id: "4", kind: "refund", amount: 3 },
  ]);
  assert.deepEqual([sent.rejected, sent.accepted], [1, 1]);
  assert.equal(sent.records[0]?.reasons?.[0]?.path, "/kind");
});
