/** The back half of a pipeline: delivery in its thread, the lake, the warehouse and the models in their process. */

import { systemClock } from "../base/clock.ts";
import type { Plan } from "../plan/plan.ts";
import { openLake, type Lake } from "../stages/lake/index.ts";
import type { DataPaths } from "./data-folder.ts";
import { openDeliveryProxy, type DeliveryProxy } from "./delivery/proxy.ts";
import type { Front } from "./front.ts";
import { claimLake, type Owner } from "./places/claim.ts";
import { openWarehouseProxy, type WarehouseProxy } from "./warehouse/proxy.ts";

export interface Back extends AsyncDisposable {
  readonly delivery: DeliveryProxy;
  readonly warehouse: WarehouseProxy;
  /** The main process reads the lake; only delivery writes it. */
  readonly lake: Lake;
}

export interface BackOptions {
  readonly plan: Plan;
  readonly paths: DataPaths;
  readonly front: Front;
  /** Set where the lake is a place that other data folders can reach too. */
  readonly claim: { readonly owner: Owner; readonly address: string } | undefined;
  readonly log: (line: string) => void;
}

/** Resolves when both halves work; later deaths are mended by their proxies. */
export async function openBack(options: BackOptions): Promise<Back> {
  const { plan, paths, front, claim, log } = options;
  await using opening = new AsyncDisposableStack();
  const lake = opening.use(await openLake({ place: paths.lake, writes: false }));
  if (claim !== undefined) {
    await claimLake(lake.store, claim.owner, claim.address);
  }
  const warehouse = opening.use(
    await openWarehouseProxy({
      pipeline: plan.file,
      planHash: plan.hash,
      lake: paths.lake,
      warehouse: paths.warehouse,
      house: paths.house,
      clock: systemClock,
      log,
    }),
  );
  const delivery = opening.use(
    await openDeliveryProxy({
      pipeline: plan.file,
      planHash: plan.hash,
      lake: paths.lake,
      journal: paths.delivery,
      trail: paths.trail,
      logs: plan.streams.map(({ name }) => ({ stream: name, ...front.access(name) })),
      clock: systemClock,
      announced: (stream, cut) => warehouse.wake(stream, cut),
      log,
    }),
  );
  const open = opening.move();
  return { delivery, warehouse, lake, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
