/** What a crash behind each durable step leaves, and a lake that is away. */

import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openMemoryLog } from "../../../../testing/memory/append.ts";
import { openMemoryReader } from "../../../../testing/memory/consume.ts";
import { openMemoryStore } from "../../../../testing/memory/store.ts";
import type { ObjectStore } from "../../../../seams/store.ts";
import { asking, Workbench } from "./run.fixture.ts";

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench((clock) => {
    const log = openMemoryLog({ clock, shards: 1 });
    return { log, reader: () => openMemoryReader(log), store: openMemoryStore() };
  });
});
afterEach(() => bench[Symbol.asyncDispose]());

function answering(mark: string): string {
  return `export const handler = async ({ records }) => ({ records: records.map(({ recordId }) => (
    { recordId, result: "Ok", data: Buffer.from("${mark}").toString("base64") })) });`;
}

describe("a crash", () => {
  it.each(["planned", "stored", "finished"] as const)(
    "behind %s repeats the cut under its own names, and nothing twice",
    async (step) => {
      await bench.put("a");
      let died = false;
      bench.begin(
        {},
        {
          onStep: (now) => {
            if (now === step) {
              died = true;
              throw new TypeError("killed");
            }
          },
          sleep: () => new Promise(() => {}),
        },
      );
      await bench.until(() => died);
      const before = Object.keys(await bench.texts());
      // This life never gets further: its wait does not end. The next one is another object over the same journal.
      bench.run = undefined;
      bench.begin();
      await bench.put("b");
      await bench.cut(step === "finished" ? 1 : 2);
      const after = await bench.texts();
      expect(Object.values(after).join("")).toBe("ab");
      expect(Object.keys(after)).toEqual(expect.arrayContaining(before));
    },
  );

  it("does not ask a function again for what it has answered", async () => {
    const arn = bench.addFunction("first", answering("one"));
    await bench.put("a");
    let died = false;
    bench.begin(asking(arn), {
      onStep: (now) => {
        died ||= now === "stored";
        if (died) {
          throw new TypeError("killed");
        }
      },
      sleep: () => new Promise(() => {}),
    });
    await bench.until(() => died);
    const before = await bench.texts();
    bench.run = undefined;
    bench.begin(asking(bench.addFunction("second", answering("two"))));
    await bench.cut(1);
    const after = await bench.texts();
    expect([Object.values(before), after]).toEqual([["one"], before]);
  });

  it("of the lake is waited for, and no function is asked again meanwhile", async () => {
    const arn = bench.addFunction(
      "count",
      "let n = 0; export const handler = async ({ records }) => { n += 1; return { records: records.map(({ recordId }) => ({ recordId, result: 'Ok', data: Buffer.from(String(n)).toString('base64') })) }; };",
    );
    const { store } = bench;
    let down = 5;
    const told: unknown[] = [];
    const failing: ObjectStore = {
      put: async (name, chunks, headers) => {
        down -= 1;
        if (down > 0) {
          throw new TypeError("no lake");
        }
        told.push(headers);
        return await store.put(name, chunks);
      },
      get: (name) => store.get(name),
      fetch: (name) => store.fetch(name),
      list: (prefix, after) => store.list(prefix, after),
      remove: (name) => store.remove(name),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
    const given = {
      ...asking(arn),
      CompressionFormat: "GZIP" as const,
    };
    bench.begin(given, { store: failing });
    await bench.put("a");
    await bench.cut(1);
    const [object] = await bench.objects();
    expect(gunzipSync(object?.bytes ?? "").toString()).toBe("1");
    expect(told).toEqual([{ contentType: "application/octet-stream", contentEncoding: "gzip" }]);
    expect(bench.run?.progress().trouble).toBeUndefined();
  });
});
