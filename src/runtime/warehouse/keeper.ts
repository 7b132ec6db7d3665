/** Keeps the lake in order beside the loads: small objects are put together, manifests folded, old objects go; slowly, and never in a hurry. */

import { causeOf } from "../../base/faults.ts";
import { systemClock } from "../../base/clock.ts";
import type { Plan } from "../../plan/plan.ts";
import type { KeeperMeter } from "../../seams/meter.ts";
import { Compactor, Folding, type Lake, Retention } from "../../stages/lake/index.ts";
import type { Warehouse } from "../../stages/warehouse/index.ts";
import { sleep } from "../sleep.ts";

export interface KeeperOptions {
  readonly plan: Plan;
  readonly lake: Pick<Lake, "inner" | "shelf" | "announcements">;
  readonly warehouse: Pick<Warehouse, "totals" | "asides">;
  /** Whether small objects are put together; not where others read them by their names. */
  readonly packs: boolean;
}

export interface Keeper extends AsyncDisposable {
  meter(): KeeperMeter;
}

/** With nothing to do it looks again after this long; else it rests this many times as long as it worked. */
const REST_MS = 5000;
const REST_FACTOR = 9;
/** After a failure; it doubles up to the rest. */
const FIRST_RETRY_MS = 250;

export function startKeeper({ plan, lake, warehouse, packs }: KeeperOptions): Keeper {
  const { inner: store, shelf, announcements } = lake;
  const means = { store, shelf, announcements, clock: systemClock };
  const compactor = new Compactor(means);
  const retention = new Retention(means);
  const folding = new Folding({ store });
  const stop = new AbortController();
  let trouble: KeeperMeter["trouble"];

  /** One look at a stream; whether it has more to do at once. */
  async function look({ name, lake: settings }: Plan["streams"][number]): Promise<boolean> {
    // What is set aside has yet to be loaded: its object stays, and all that came after it.
    const aside = warehouse.asides(name)[0]?.cut;
    const cut = aside === undefined ? warehouse.totals(name).cut : aside - 1;
    const forgot = await retention.turn(name, cut, settings.retention);
    const packed = packs && (await compactor.turn(name, cut, settings));
    // Nobody but us reads manifests, also where others read the objects.
    const folded = settings.compaction === "on" && (await folding.turn(name, cut));
    return forgot || packed || folded;
  }

  /** One look at every stream: one of them that fails keeps no other from its turn. Whether there is more to do at once. */
  async function turn(): Promise<boolean> {
    let more = false;
    let failed: KeeperMeter["trouble"];
    for (const stream of plan.streams) {
      try {
        more = (await look(stream)) || more;
      } catch (thrown) {
        const { since = systemClock.now(), attempts = 0 } = trouble ?? {};
        const message = causeOf(thrown);
        failed ??= { code: "LAKE_WRITE_FAILED", message, since, attempts: attempts + 1 };
      }
    }
    trouble = failed;
    return more;
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      const started = performance.now();
      const more = await turn();
      const worked = performance.now() - started;
      const again = trouble && FIRST_RETRY_MS * 2 ** Math.min(10, trouble.attempts - 1);
      const rest = Math.min(REST_MS, again ?? REST_MS);
      await sleep(more ? Math.max(1, REST_FACTOR * worked) : rest, stop.signal);
    }
  }

  const running = run();
  return {
    meter: () => ({ ...compactor.meter(), trouble }),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
