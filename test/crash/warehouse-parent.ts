/** A parent of the warehouse's process that starts a long query, says the process's id, and waits to be killed. */

import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { loadPlan } from "../../src/plan/load-plan.ts";
import { openWarehouseProxy } from "../../src/runtime/warehouse/proxy.ts";
import { folderPlace } from "../../src/stages/lake/index.ts";

const folder = process.argv[2] ?? "";
const plan = await loadPlan(join(import.meta.dirname, "warehouse-pipeline"));
const house = await openWarehouseProxy({
  pipeline: plan.file,
  planHash: plan.hash,
  lake: folderPlace(join(folder, "lake")),
  warehouse: join(folder, "orphan.duckdb"),
  clock: systemClock,
  log: () => {},
});
void house.run("SELECT sum(a.range * b.range % 7) FROM range(1000000) a, range(100000) b");
console.log(house.pid());
setInterval(() => {}, 1000);
