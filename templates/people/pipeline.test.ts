/** The pipeline run whole: people go in at the door and come out of the warehouse as rows. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openTestPipeline } from "millrace/testing";

const pipeline = await openTestPipeline(import.meta.dirname);
after(() => pipeline.close());

test("the newest word on a person is the row, and every earlier one is kept", async () => {
  const john = { Id: "1", Name: "John", Age: "10", Sex: "Male" };
  await pipeline.send("people", [john, { Id: "2", Name: "Ann" }]);
  await pipeline.send("people", { ...john, Age: 11 });
  await pipeline.drain();
  assert.deepEqual(await pipeline.query("select id, name, age, sex from people order by id"), [
    { id: "1", name: "John", age: 11, sex: "Male" },
    { id: "2", name: "Ann", age: null, sex: null },
  ]);
  const history = await pipeline.query(
    "select age from people_history where id = '1' order by said_at, _sequence",
  );
  assert.deepEqual(history, [{ age: 10 }, { age: 11 }]);
});

test("what breaks a field's policy is set aside with the reason", async () => {
  const { records } = await pipeline.send("people", [
    { Id: " ", Name: "John" },
    { Id: "3", Name: "Eve", Town: "Ur" },
  ]);
  const reasons = records.map((one) => one.reasons?.[0]?.message);
  assert.equal(reasons[0], "Id must not be blank");
  assert.match(String(reasons[1]), /Town/);
});
