/** A scope that names nothing is told with what there is, on a running pipeline and on a folder that one has run on. */

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { strayOffline } from "./offline.ts";
import { strayOf } from "./scopes.ts";

const named = { ingest: ["people", "prices"], read: ["raw_people", "people"] };

test.each([
  [["ingest", "read", "admin"], undefined],
  [["ingest:people", "read:raw_people", "read:people"], undefined],
  // Whoever proves scopes says what is wrong with these.
  [["people", 7, "write:people"], undefined],
  [["read", "ingest:peple"], 'there is no stream "peple"; there are people, prices'],
  [["read:prices"], 'there is no table or stream "prices"; there are raw_people, people'],
])("%j", (scopes, said) => {
  expect(strayOf(scopes, named)).toBe(said);
});

test("of a deed about which nothing is known nothing is said", () => {
  expect(strayOf(["read:x"], { ingest: [] })).toBeUndefined();
  expect(strayOf(["ingest:x"], { ingest: [] })).toBe('there is no stream "x"; there are none');
});

test("a folder tells the streams that ran on it, and before the first start none", () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-scopes-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  expect(strayOffline(folder, ["ingest:peple"])).toBeUndefined();
  for (const name of ["people", "dead_letters", "dead_letter_moves"]) {
    mkdirSync(join(folder, "stream", name), { recursive: true });
  }
  const said = 'there is no stream "peple"; there are people';
  expect(strayOffline(folder, ["ingest:peple", "read:any"])).toBe(said);
  expect(strayOffline(folder, ["ingest:people"])).toBeUndefined();
});
