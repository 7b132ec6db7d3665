/** A pipeline to be killed: everything in it that writes, writes often. */

import { z } from "zod";
import { definePipeline, defineSource, defineStream } from "../../../src/index.ts";

/** Objects are put together as soon as anybody looks. */
const lake = { compaction: "on", after: "0s" } as const;
const buffer = { interval: "100ms" } as const;

const orders = defineStream({
  schema: z.object({ order: z.string(), line: z.int(), amount: z.number() }),
  id: ["order", "line"],
  key: "order",
  shards: 2,
  lake,
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

/** Their ids are those of the requests. */
const visits = defineStream({
  schema: z.object({ page: z.string() }),
  lake,
  deliver: { buffer },
});

/** Of the pipeline's own source: numbers, each once however often it is brought. */
const ticks = defineStream({
  schema: z.object({ tick: z.int() }),
  id: (event) => `tick-${event.tick}`,
  lake,
  deliver: { buffer },
});

const BEAT_MS = 50;
const TICKS = 5;

const clock = defineSource({
  stream: "ticks",
  title: "Numbers, five at a time",
  async *read({ checkpoint, signal, sleep }) {
    for (let at = Number(checkpoint ?? 0); !signal.aborted; at += TICKS) {
      const lines = Array.from({ length: TICKS }, (_none, i) => `{"tick":${at + i}}\n`);
      yield { body: lines.join(""), format: "ndjson", checkpoint: String(at + TICKS) };
      await sleep(BEAT_MS);
    }
  },
});

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "killed",
  streams: { orders, visits, ticks },
  sources: { clock },
  models: "./models",
});
