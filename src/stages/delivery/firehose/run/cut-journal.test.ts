/** The journal of delivery streams: a file from before partitions waited in it is taken on as it is. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Position } from "../../../../seams/consume.ts";
import { openObjectJournal } from "./cut-journal.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-cuts-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const VERSION_1 = `
  create table cuts(stream text primary key, cut text not null) strict, without rowid;
  create table finished(
    stream text primary key, position text not null, place integer not null
  ) strict, without rowid;
  insert into finished values ('s', '7', 3);
  pragma user_version = 1;
`;

it("goes on in a file of version 1, which no engine of that version opens again", () => {
  const path = join(folder, "cuts.sqlite");
  const old = new DatabaseSync(path);
  old.exec(VERSION_1);
  old.close();
  using journal = openObjectJournal(path);
  expect(journal.finishedTo("s")).toEqual({ position: "7", index: 3 });
  const to = { position: "9" as Position, index: 0 };
  journal.spool.take("s", [], to);
  expect(journal.finishedTo("s")).toEqual(to);
  expect(journal.spool.waiting("s")).toEqual([]);
  const looked = new DatabaseSync(path, { readOnly: true });
  expect(looked.prepare("pragma user_version").get()).toEqual({ user_version: 2 });
  looked.close();
});
