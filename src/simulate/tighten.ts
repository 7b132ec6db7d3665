/** A user's plan as a run takes it: the same schemas, rules and transforms, with small buffers, so that little data goes a long way. */

import { isEngineStream } from "../base/record.ts";
import type { Plan, StreamPlan } from "../plan/plan.ts";
import type { Chance } from "../testing/simulated/chance.ts";

export function tighten(plan: Plan, chance: Chance): Plan {
  return { ...plan, streams: plan.streams.map((stream) => tightenStream(stream, chance)) };
}

function tightenStream(stream: StreamPlan, chance: Chance): StreamPlan {
  const { deliver } = stream;
  const parquet = deliver.format === "parquet";
  return {
    ...stream,
    retention: chance.whole(100, 1500),
    dedupe: { ...stream.dedupe, idsMax: chance.whole(50, 2000) },
    deliver: {
      ...deliver,
      // Parquet has its own proof in its own tests; the way of its bytes is that of any object.
      format: parquet ? "ndjson" : deliver.format,
      compression: parquet ? "none" : deliver.compression,
      buffer: {
        size: 65_536,
        interval: isEngineStream(stream.name) ? 500 : chance.whole(100, 1500),
        records: chance.whole(3, 40),
      },
    },
  };
}
