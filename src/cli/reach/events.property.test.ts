/** Server-sent events come out the same however their bytes are cut. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readEvents, type ServerEvent } from "./events.ts";

async function read(text: string, sizes: readonly number[]): Promise<ServerEvent[]> {
  const bytes = Buffer.from(text);
  async function* chunks(): AsyncGenerator<Buffer> {
    let at = 0;
    for (let turn = 0; at < bytes.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1;
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
  const events: ServerEvent[] = [];
  for await (const event of readEvents(chunks())) {
    events.push(event);
  }
  return events;
}

const event = fc.record({
  name: fc.constantFrom("message", "record", "skipped"),
  data: fc.array(fc.string({ unit: fc.constantFrom("a", "é", "漢", " ", ":", "{") }), {
    minLength: 1,
    maxLength: 3,
  }),
});

test("names and data survive any cut, any line ending and comments between", async () => {
  const end = fc.constantFrom("\n", "\r\n", "\r");
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(event), end, sizes, async (events, lineEnd, chunks) => {
      const text = events
        .map(({ name, data }) => {
          const lines = [
            ": comment",
            `event: ${name}`,
            ...data.map((line) => `data: ${line}`),
            "id: 7",
          ];
          return lines.map((line) => line + lineEnd).join("") + lineEnd;
        })
        .join("");
      // A lone carriage return at the very end may still become a line ending of two bytes.
      const found = await read(`${text}:\n`, chunks);
      expect(found).toEqual(events.map(({ name, data }) => ({ name, data: data.join("\n") })));
    }),
  );
});
