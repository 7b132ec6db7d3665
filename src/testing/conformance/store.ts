/** What every object store must do, as named cases over a fresh, empty store. */

import { deepEqual, equal, rejects } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Fault } from "../../base/faults.ts";
import { type ObjectName, toObjectName } from "../../base/object-name.ts";
import type { ObjectStore } from "../../seams/store.ts";

export interface StoreCase {
  readonly name: string;
  readonly run: (store: ObjectStore) => Promise<void>;
}

export const STORE_CASES: readonly StoreCase[] = [
  {
    name: "gives back what was put, in one piece",
    async run(store) {
      const outcome = await store.put(name("a/b/c.csv"), [bytes("one,"), bytes(""), bytes("two")]);
      equal(outcome, "stored");
      equal(await text(store, "a/b/c.csv"), "one,two");
    },
  },
  {
    name: "keeps objects whose names have spaces in them",
    async run(store) {
      await store.put(name("my data/a b.csv"), [bytes("one")]);
      await store.put(name("my data/a+b.csv"), [bytes("two")]);
      deepEqual(await list(store, "my data/"), ["my data/a b.csv", "my data/a+b.csv"]);
      equal(await text(store, "my data/a b.csv"), "one");
      equal(await store.put(name("my data/a b.csv"), [bytes("again")]), "exists");
      await store.remove(name("my data/a b.csv"));
      deepEqual(await list(store, "my data/"), ["my data/a+b.csv"]);
    },
  },
  {
    name: "keeps the first of two puts of one name",
    async run(store) {
      await store.put(name("a/x"), [bytes("first")]);
      equal(await store.put(name("a/x"), [bytes("second")]), "exists");
      equal(await text(store, "a/x"), "first");
    },
  },
  {
    name: "shows nothing of what is staged until it is published, as a put would have it",
    async run(store) {
      await using staged = await store.stage?.(name("s/x"), [bytes("one"), bytes("two")]);
      await using late = await store.stage?.(name("s/x"), [bytes("late")]);
      equal(await store.get(name("s/x")), undefined);
      deepEqual(await list(store, ""), []);
      if (staged !== undefined && late !== undefined) {
        equal(await staged.publish(), "stored");
        equal(await late.publish(), "exists");
        equal(await text(store, "s/x"), "onetwo");
      }
    },
  },
  {
    name: "forgets what was staged and not published",
    async run(store) {
      const staged = await store.stage?.(name("s/y"), [bytes("one")]);
      await staged?.[Symbol.asyncDispose]();
      equal(await store.put(name("s/y"), [bytes("two")]), "stored");
      equal(await text(store, "s/y"), "two");
    },
  },
  {
    name: "lets exactly one of many simultaneous puts of one name win, whole",
    async run(store) {
      const puts = Array.from({ length: 20 }, (_, i) =>
        store.put(name("race/x"), [bytes(`<${i}`), bytes(`${i}>`)]),
      );
      const outcomes = await Promise.all(puts);
      equal(outcomes.filter((outcome) => outcome === "stored").length, 1);
      const winner = outcomes.indexOf("stored");
      equal(await text(store, "race/x"), `<${winner}${winner}>`);
    },
  },
  {
    name: "stores an object without bytes, and one of very many chunks",
    async run(store) {
      await store.put(name("empty"), []);
      equal(await text(store, "empty"), "");
      const many = Array.from({ length: 3000 }, (_, i) => bytes(`${i};`));
      await store.put(name("many"), many);
      equal(await text(store, "many"), Buffer.concat(many).toString());
    },
  },
  {
    name: "keeps what it was given, whatever becomes of the buffer",
    async run(store) {
      const buffer = bytes("before");
      await store.put(name("copy"), [buffer]);
      buffer.fill("x");
      equal(await text(store, "copy"), "before");
    },
  },
  {
    name: "has no object that was not put",
    async run(store) {
      await store.put(name("a/b"), [bytes("x")]);
      equal(await store.get(name("a/c")), undefined);
      equal(await store.get(name("nowhere/at/all")), undefined);
      equal(await store.get(name("a")), undefined);
      await rejects(store.fetch(name("a/c")), isFault("OBJECT_MISSING"));
      await rejects(store.fetch(name("a")), isFault("OBJECT_MISSING"));
    },
  },
  {
    name: "gives a part of an object, where it can: what is asked, fewer where it ends, none behind that",
    async run(store) {
      await store.put(name("a/b"), [bytes("0123456789")]);
      const part = async (at: number, count: number): Promise<string | undefined> =>
        (await store.slice?.(name("a/b"), at, count))?.toString();
      if (store.slice !== undefined) {
        deepEqual(
          [
            await part(0, 3),
            await part(4, 2),
            await part(8, 5),
            await part(10, 1),
            await part(3, 0),
          ],
          ["012", "45", "89", "", ""],
        );
        equal(await store.slice(name("a/c"), 0, 3), undefined);
      }
    },
  },
  {
    name: "lends an object as a local file",
    async run(store) {
      await store.put(name("a/b"), [bytes("lent")]);
      await using local = await store.fetch(name("a/b"));
      equal(await readFile(local.path, "utf8"), "lent");
    },
  },
  {
    name: "removes an object, twice without harm, and takes its name again",
    async run(store) {
      await store.put(name("a/b"), [bytes("x")]);
      await store.remove(name("a/b"));
      equal(await store.get(name("a/b")), undefined);
      await store.remove(name("a/b"));
      equal(await store.put(name("a/b"), [bytes("y")]), "stored");
    },
  },
  {
    name: "lists names in order, by prefix, with sizes",
    async run(store) {
      const names = ["b/2", "b/1", "a-x/1", "a/z/1", "a/b", "a.c", "c", "b-1", "b/10"];
      for (const one of names) {
        await store.put(name(one), [bytes(one)]);
      }
      const sorted = names.toSorted((a, b) => (a < b ? -1 : 1));
      deepEqual(await list(store, ""), sorted);
      for (const prefix of ["b", "b/", "b/1", "a/", "a", "a/z/", "none/", "../", "/"]) {
        const expected = sorted.filter((one) => one.startsWith(prefix));
        deepEqual(await list(store, prefix), expected, `prefix ${prefix}`);
      }
      for await (const { name: listed, bytes: size } of store.list("")) {
        equal(size, listed.length);
      }
    },
  },
  {
    name: "continues a listing after any name",
    async run(store) {
      const names = ["a-x/1", "a/b", "a/z/1", "a/z/2", "a0", "b/1"];
      for (const one of names) {
        await store.put(name(one), [bytes("x")]);
      }
      for (const [index, after] of names.entries()) {
        deepEqual(await list(store, "", after), names.slice(index + 1), `after ${after}`);
      }
      deepEqual(await list(store, "a/", "a/b"), ["a/z/1", "a/z/2"]);
    },
  },
  {
    name: "refuses names that lead out of it",
    async run(store) {
      for (const bad of [
        "../x",
        "a/../../x",
        "/etc/x",
        "a//b",
        "a/",
        "",
        ".tmp/x",
        "a/.b",
        "a\0b",
      ]) {
        const put = async (): Promise<unknown> => await store.put(bad as ObjectName, [bytes("x")]);
        await rejects(put, isFault("OBJECT_NAME_INVALID"), `put ${bad}`);
        const get = async (): Promise<unknown> => await store.get(bad as ObjectName);
        await rejects(get, isFault("OBJECT_NAME_INVALID"), `get ${bad}`);
      }
      deepEqual(await list(store, ""), []);
    },
  },
];

function name(input: string): ObjectName {
  const proved = toObjectName(input);
  equal(proved, input);
  return proved;
}

function bytes(input: string): Buffer {
  return Buffer.from(input);
}

async function text(store: ObjectStore, of: string): Promise<string | undefined> {
  return (await store.get(name(of)))?.toString();
}

async function list(store: ObjectStore, prefix: string, after?: string): Promise<string[]> {
  const found: string[] = [];
  const from = after === undefined ? undefined : name(after);
  for await (const object of store.list(prefix, from)) {
    found.push(object.name);
  }
  return found;
}

function isFault(code: string): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof Fault && thrown.code === code;
}
