/** The pipeline of the kept data folders: it stays as it is, as those that people run do when they upgrade. */

import { z } from "zod";
import { definePipeline, defineSource, defineStream } from "../../../src/index.ts";

const buffer = { interval: "100ms" } as const;
const TICKS = 40;

const orders = defineStream({
  schema: z.object({ order: z.string(), line: z.int(), amount: z.number() }),
  id: ["order", "line"],
  key: "order",
  shards: 2,
  lake: { compaction: "on", after: "0s" },
  deliver: {
    format: "csv",
    buffer,
    transform: (order) => {
      if (order.amount === 13) {
        throw new TypeError("nobody delivers thirteen");
      }
      return order.amount === 0 ? undefined : order;
    },
  },
});

const visits = defineStream({ schema: z.object({ page: z.string() }), deliver: { buffer } });

const ticks = defineStream({
  schema: z.object({ tick: z.int() }),
  id: (event) => `tick-${event.tick}`,
  deliver: { buffer },
});

/** Ends after a while, so that its checkpoint says where every start must go on. */
const clock = defineSource({
  stream: "ticks",
  title: "Numbers, each once",
  async *read({ checkpoint, signal, sleep }) {
    for (let at = Number(checkpoint ?? 0); at < TICKS && !signal.aborted; at += 5) {
      const lines = Array.from({ length: 5 }, (_none, i) => `{"tick":${at + i}}\n`);
      yield { body: lines.join(""), format: "ndjson", checkpoint: String(at + 5) };
      await sleep(20);
    }
  },
});

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "kept",
  streams: { orders, visits, ticks },
  sources: { clock },
  models: "./models",
});
