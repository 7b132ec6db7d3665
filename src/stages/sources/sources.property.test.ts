/** Whatever fails, and however often it is stopped, a source's records all arrive, in order, and none twice. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Fault } from "../../base/faults.ts";
import type { SourceContext, SourceBatch } from "../../define/source.ts";
import type { Sources } from "./open-sources.ts";
import { countTo, World } from "./world.fixture.ts";

/** What happens to the next batch: it gets through, the door is busy, or the source or the door breaks. */
type Turn = "through" | "busy" | "throws" | "refused" | "stopped";

const turns = fc.array(
  fc.constantFrom<Turn>("through", "through", "busy", "throws", "refused", "stopped"),
  { maxLength: 25 },
);

const LAST = 12;

test("no record is lost, none comes twice, order holds", async () => {
  await fc.assert(
    fc.asyncProperty(turns, async (script) => {
      const world = new World();
      try {
        const sources = await live(world, [...script]);
        const expected = Array.from({ length: LAST }, (_, place) => `{"n":${place + 1}}`);
        expect(world.records).toEqual(expected);
        expect(sources.status()[0]).toMatchObject({ records: LAST, checkpoint: String(LAST) });
      } finally {
        await world.close();
      }
    }),
    { numRuns: 60 },
  );
});

/** Lives through the script, over as many lives as it stops, until the source is done. */
async function live(world: World, script: Turn[]): Promise<Sources> {
  let stops = false;
  const open = (): Sources =>
    world.open({
      count: { stream: "numbers", title: "Counts", read: (context) => scripted(context) },
    });
  async function* scripted(context: SourceContext): AsyncGenerator<SourceBatch> {
    for await (const next of countTo(LAST, context)) {
      const turn = script.shift() ?? "through";
      if (turn === "throws") {
        throw new TypeError("scripted");
      }
      if (turn === "busy" || turn === "refused") {
        world.refuse.push(new Fault(turn === "busy" ? "STREAM_BUSY" : "STREAM_RECORD_TOO_LARGE"));
      }
      stops ||= turn === "stopped";
      yield next;
    }
  }
  let sources = open();
  for (let turn = 0; turn < 100_000 && sources.status()[0]?.state !== "done"; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (stops) {
      stops = false;
      await sources.stop();
      sources = open();
    }
    world.time.advance(1000);
  }
  return sources;
}
