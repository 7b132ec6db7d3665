/** The books over a small world with a real DuckDB: balanced when whole, and each thing broken by hand is found. */

import { expect, onTestFinished, test } from "vitest";
import { Fault } from "../base/faults.ts";
import type { Manifest } from "../seams/announce.ts";
import type { Frame } from "../seams/consume.ts";
import type { ObjectName } from "../seams/store.ts";
import type { Finding } from "../seams/verify.ts";
import { openWorld, run, type World } from "./world.fixture.ts";

/** Three cuts over two shards, with records dropped and failed, all loaded and modelled. */
async function wholeWorld(): Promise<World & { readonly cuts: readonly Manifest[] }> {
  const world = await openWorld(onTestFinished);
  const cuts = [
    await world.deliver({ ranges: [run(0, 1, 20), run(1, 1, 5)], gzip: true }),
    await world.deliver({
      ranges: [run(0, 21, 40)],
      dropped: [run(0, 25, 26)],
      failed: [run(0, 30, 30)],
      format: "ndjson",
    }),
    await world.deliver({ ranges: [run(1, 6, 30), run(0, 41, 45)] }),
  ];
  for (const cut of cuts) {
    await world.load(cut);
  }
  return Object.assign(world, { cuts });
}

/** The one account that must not balance, while all others do. */
async function broken(world: World, account: string): Promise<readonly Finding[]> {
  const wrong = await world.wrong();
  expect(wrong.map((finding) => finding.account)).toEqual([account]);
  return wrong;
}

test("a whole world balances, looked at deep or not", async () => {
  const world = await wholeWorld();
  for (const deep of [true, false]) {
    const { state, findings } = await world.verify({ deep });
    expect(findings.filter((one) => one.state !== "BALANCED")).toEqual([]);
    expect(state).toBe("BALANCED");
    expect(findings.map(({ account, expected, found }) => [account, expected, found])).toEqual([
      ["prices: log ↔ lake", 75, 75],
      ["prices: manifests ↔ objects", 73, 73],
      ["prices: lake ↔ raw_prices", 72, 72],
      ["prices: set aside ↔ dead_letters", 1, 1],
      ["dead_letters: log ↔ lake", 0, 0],
      ["dead_letters: manifests ↔ objects", 0, 0],
      ["dead_letters: lake ↔ dead_letters", 0, 0],
      ["dead_letters: set aside ↔ dead_letters", 0, 0],
      ["warehouse ↔ prices", 72, 72],
    ]);
  }
});

test("an empty world balances", async () => {
  const world = await openWorld(onTestFinished);
  expect((await world.verify()).state).toBe("BALANCED");
});

test("what is waited for in vain is told as waiting, not as work", async () => {
  const world = await wholeWorld();
  expect(await world.verify({ patienceMs: 1000 })).toMatchObject({ tookMs: 0, waitedMs: 0 });
  world.grow(0, 50);
  expect(await world.verify({ patienceMs: 1000 })).toMatchObject({ tookMs: 1000, waitedMs: 1000 });
});

test("what is not cut, or not loaded yet, is on its way", async () => {
  const world = await wholeWorld();
  await world.deliver({ ranges: [run(1, 31, 40)] });
  Object.assign(world.truth[1] ?? {}, { last: 43 });
  world.frames.push({ shard: 1, firstSequence: 41, count: 3 } as Frame);
  const { state, findings } = await world.verify();
  expect(state).toBe("BALANCED");
  expect(findings[0]?.says).toBe("88 record(s), each in one cut; 3 wait for their cut.");
  const says = String(findings[2]?.says);
  expect(says).toContain(
    "88 accepted = 72 row(s) + 2 dropped by the transform + 1 set aside + 13 on the way",
  );
  expect(says).toMatch(/; 72 compared by value, fingerprint [0-9a-f]{10,}\.$/);
});

test("a row that was deleted is named", async () => {
  const world = await wholeWorld();
  await world.sql("DELETE FROM raw_prices WHERE _shard = 0 AND _sequence IN (7, 33)");
  const [finding] = await broken(world, "prices: lake ↔ raw_prices");
  expect(finding).toMatchObject({ state: "SHORT", expected: 72, found: 70 });
  // Where letters have places too, the object itself tells which row is lacking.
  expect(finding?.ids).toEqual(["prices.0.7", "e0-33"]);
  expect(finding?.says).toContain("prices/2.ndjson");
});

test("a row that was copied is named", async () => {
  const world = await wholeWorld();
  await world.sql(
    "INSERT INTO raw_prices SELECT * FROM raw_prices WHERE _shard = 1 AND _sequence = 9",
  );
  const [finding] = await broken(world, "prices: lake ↔ raw_prices");
  expect(finding).toMatchObject({ state: "OVER", expected: 72, found: 73, ids: ["prices.1.9"] });
});

test("one deleted and one copied do not cancel out", async () => {
  const world = await wholeWorld();
  await world.sql(
    "UPDATE raw_prices SET _sequence = 8, _event_id = 'e0-8' WHERE _shard = 0 AND _sequence = 7",
  );
  const [finding] = await broken(world, "prices: lake ↔ raw_prices");
  expect(finding).toMatchObject({ state: "SHORT", expected: 72, found: 72 });
  expect(finding?.ids).toEqual(["prices.0.7", "prices.0.8"]);
});

test("rows of no place, load or object that is known are too many", async () => {
  const world = await wholeWorld();
  await world.sql("INSERT INTO raw_prices VALUES (1, 'x1', 0, 46, 'prices/3.csv', 1, 99)");
  await world.sql("INSERT INTO raw_prices VALUES (1, 'x2', 0, 900, 'prices/1.csv', 1, 1)");
  await world.sql("INSERT INTO raw_prices VALUES (1, 'x3', NULL, NULL, 'prices/1.csv', 1, 1)");
  await world.sql("INSERT INTO raw_prices VALUES (1, 'x4', 0, 46, 'else.csv', 1, 3)");
  const [finding] = await broken(world, "prices: lake ↔ raw_prices");
  expect(finding).toMatchObject({ state: "OVER", expected: 72, found: 76 });
  expect(finding?.ids).toEqual(["prices.0.900", "x1"]);
});

test("an event id that was edited is found", async () => {
  const world = await wholeWorld();
  await world.sql("UPDATE raw_prices SET _event_id = 'forged' WHERE _shard = 1 AND _sequence = 2");
  const [finding] = await broken(world, "prices: lake ↔ raw_prices");
  expect(finding?.says).toContain("raw_prices has other values than prices/1.csv in 1 row(s)");
  expect(finding?.ids).toEqual(["e1-2"]);
});

test.each(["price = 1.5000000000000002", "price = NULL", "_line = 900"])(
  "a value edited by hand, %s, is found and its event named",
  async (edit) => {
    const world = await wholeWorld();
    await world.sql(`UPDATE raw_prices SET ${edit} WHERE _shard = 0 AND _sequence = 24`);
    const [finding] = await broken(world, "prices: lake ↔ raw_prices");
    expect(finding).toMatchObject({ state: "SHORT", expected: 72, found: 72, ids: ["e0-24"] });
    expect(finding?.says).toContain("raw_prices has other values than prices/2.ndjson in 1 row(s)");
  },
);

test("a dead letter edited by hand is found and named", async () => {
  const world = await wholeWorld();
  await world.sql("UPDATE dead_letters SET _sequence = 5 WHERE id = 'prices.0.30'");
  const [finding] = await broken(world, "prices: set aside ↔ dead_letters");
  expect(finding).toMatchObject({ state: "SHORT", ids: ["prices.0.30"] });
});

test("a load taken out of the ledger, and one that was forged", async () => {
  const world = await wholeWorld();
  await world.sql("DELETE FROM _loads WHERE cut = 2");
  const [short] = await broken(world, "prices: lake ↔ raw_prices");
  expect(short?.says).toContain("cut 2 was passed over");
  const other = await wholeWorld();
  await other.sql("UPDATE _loads SET sha256 = 'x' WHERE cut = 2");
  const [forged] = await broken(other, "prices: lake ↔ raw_prices");
  expect(forged).toMatchObject({ state: "UNVERIFIED" });
});

test.each([2, 3])("cut %i, set aside by the loader, is missing by name and reason", async (cut) => {
  const world = await wholeWorld();
  const [loaded] = await world.sql(`SELECT load, records, object FROM _loads WHERE cut = ${cut}`);
  const [load, records, object] = loaded ?? [];
  for (const table of ["raw_prices", "dead_letters"]) {
    await world.sql(`DELETE FROM ${table} WHERE _load = ${load}`);
  }
  await world.sql(`DELETE FROM row_counts WHERE run = ${cut}`);
  await world.sql("DELETE FROM _loads WHERE cut = ?", [cut]);
  await world.sql(
    "INSERT INTO _set_aside VALUES ('prices', ?, ?, ?, 'LOAD_REFUSED', 'The table says no.', 6, now()::TIMESTAMP)",
    [cut, object ?? "", records ?? 0],
  );
  const wrong = await world.wrong();
  const finding = wrong.find(({ account }) => account === "prices: lake ↔ raw_prices");
  expect(finding?.state).toBe("SHORT");
  expect(finding?.says).toContain(`cut ${cut}, ${object}, is set aside: The table says no`);
});

test("objects removed, cut short or changed are named with their events", async () => {
  const world = await wholeWorld();
  const name = (cut: number) => world.cuts[cut - 1]?.object?.name as ObjectName;
  const bytes = await world.store.get(name(3));
  await world.store.remove(name(1));
  await world.store.remove(name(3));
  await world.store.put(name(3), [Buffer.from(bytes ?? []).subarray(0, -1)]);
  const changed = (await world.store.get(name(2)))?.toString().replace("e0-22", "e0-23") ?? "";
  await world.store.remove(name(2));
  await world.store.put(name(2), [Buffer.from(changed)]);
  const [finding] = await broken(world, "prices: manifests ↔ objects");
  expect(finding).toMatchObject({ state: "SHORT", expected: 73, found: 1 });
  expect(finding?.says).toMatch(
    /prices\/1.csv is gone.*prices\/3.csv has .*prices\/2.ndjson was changed/,
  );
  expect(finding?.ids.slice(0, 2)).toEqual(["prices.0.1", "prices.0.2"]);
});

test("cuts that leave a gap or overlap, and a log that is shorter than its lake", async () => {
  const world = await wholeWorld();
  world.frames.push({ shard: 1, firstSequence: 31, count: 2 } as Frame);
  await world.load(await world.deliver({ ranges: [run(0, 44, 46), run(1, 33, 34)] }));
  const [finding] = await broken(world, "prices: log ↔ lake");
  expect(finding).toMatchObject({ state: "SHORT" });
  expect(finding?.ids).toEqual(["prices.1.31", "prices.1.32", "prices.0.44", "prices.0.45"]);
  const other = await wholeWorld();
  Object.assign(other.truth[0] ?? {}, { last: 44 });
  const [over] = await broken(other, "prices: log ↔ lake");
  expect(over).toMatchObject({ state: "OVER", ids: ["prices.0.45"] });
});

test("records that left the log before they were cut, and frames that are missing in it", async () => {
  const world = await wholeWorld();
  Object.assign(world.truth[1] ?? {}, { first: 34, last: 34 });
  const [gone] = (await world.verify({ deep: false })).findings;
  expect(gone).toMatchObject({
    state: "SHORT",
    ids: ["prices.1.31", "prices.1.32", "prices.1.33"],
  });
  const other = await wholeWorld();
  other.frames.splice(2, 1);
  const [finding] = await broken(other, "prices: log ↔ lake");
  expect(finding?.ids[0]).toBe("prices.0.21");
  expect(finding).toMatchObject({ state: "SHORT", found: 55 });
});

test("a dead letter that was deleted, and one too many", async () => {
  const world = await wholeWorld();
  await world.sql("INSERT INTO dead_letters SELECT * FROM dead_letters");
  const [over] = await broken(world, "prices: set aside ↔ dead_letters");
  expect(over).toMatchObject({ state: "OVER", expected: 1, found: 2 });
  await world.sql("DELETE FROM dead_letters");
  const [short] = await broken(world, "prices: set aside ↔ dead_letters");
  expect(short).toMatchObject({ state: "SHORT", expected: 1, found: 0 });
});

test("a model run that does not add up, and a model that lags behind", async () => {
  const world = await wholeWorld();
  await world.sql("UPDATE row_counts SET inserted = inserted - 3 WHERE run = 2");
  const [short] = await broken(world, "warehouse ↔ prices");
  expect(short).toMatchObject({ state: "SHORT", expected: 72, found: 69 });
  await world.sql("DELETE FROM row_counts WHERE run > 1");
  const [behind] = await broken(world, "warehouse ↔ prices");
  expect(behind?.says).toContain("up to 1, load 3 is there");
  expect(behind).toMatchObject({ state: "UNVERIFIED" });
});

test("a warehouse that does not answer makes everything behind the lake unverified", async () => {
  const world = await wholeWorld();
  world.down = new Fault("WAREHOUSE_DOWN", { cause: "gone" });
  const { state, findings } = await world.verify();
  expect(state).toBe("UNVERIFIED");
  const seen = findings.filter((one) => one.state === "BALANCED").map(({ account }) => account);
  expect(seen).toContain("prices: log ↔ lake");
  expect(seen).not.toContain("prices: lake ↔ raw_prices");
});

test("an aborted closing throws", async () => {
  const world = await wholeWorld();
  const signal = AbortSignal.abort(new Fault("QUERY_CANCELLED", { ms: 1 }));
  await expect(world.verify({ signal })).rejects.toMatchObject({ code: "QUERY_CANCELLED" });
});
