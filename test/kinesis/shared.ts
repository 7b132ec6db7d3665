/** Two pipelines that share the shards of one stream: one is killed, a shard is split, and nothing is lost or doubled. */

// oxlint-disable vitest/no-standalone-expect -- called inside of tests

import { join } from "node:path";
import { expect } from "vitest";
import type { RunningPipeline } from "../journey/running.ts";

export interface Sharing {
  readonly one: RunningPipeline;
  readonly other: RunningPipeline;
  /** `kinesis://…`, without where leases are kept. */
  readonly address: string;
  /** Puts a batch of events, numbers `[from, from + batch)`, by a pipeline's own door. */
  readonly put: (running: RunningPipeline, from: number) => Promise<unknown>;
  readonly events: number;
  readonly batch: number;
}

const IDS = "select _event_id as id from raw_prices";
const WAIT = { timeout: 90_000, interval: 250 };

/** `reshard` comes while both of them read. */
export async function shareStream(given: Sharing, reshard: () => Promise<void>): Promise<void> {
  const { one, other, address, put, events, batch } = given;
  const stream = `${address}&leases=${join(one.folder, "leases")}`;
  await one.start("--no-sources", "--stream", stream);
  await other.start("--no-sources", "--stream", stream);
  const count = async (running: RunningPipeline): Promise<number> =>
    (await running.rows(IDS)).length;
  // Both have their share before anything happens to it: what they put is spread over all shards.
  let from = 0;
  for (; (await count(one)) === 0 || (await count(other)) === 0; from += batch) {
    expect(from).toBeLessThan(events / 2);
    await put(one, from);
    await Promise.all([one.drain(), other.drain()]);
  }
  for (; from < events; from += batch) {
    await put(from % (2 * batch) === 0 && one.isUp ? one : other, from);
    if (from === events / 2) {
      await reshard();
    } else if (from === events / 2 + batch) {
      await one.kill();
    }
  }
  // What the dead one had taken is still its own; it comes with it.
  await one.start("--no-sources");
  const total = async (): Promise<number> => {
    await Promise.all([one.drain(), other.drain()]);
    return (await count(one)) + (await count(other));
  };
  await expect.poll(total, WAIT).toBe(events);
  const rows = [...(await one.rows(IDS)), ...(await other.rows(IDS))];
  expect(new Set(rows.map(({ id }) => id)).size).toBe(events);
  for (const running of [one, other]) {
    expect((await running.cliAlongside("verify", "--deep")).out).toContain("BALANCED");
  }
}
