/** Questions over objects of the lake: each object comes to this machine, is read, and is given back. */

import { existsSync } from "node:fs";
import { causeOf, Fault } from "../../base/faults.ts";
import type { Plan } from "../../plan/plan.ts";
import type { DeliveredObject, Objects } from "../../seams/objects.ts";
import type { Query } from "../../seams/query.ts";
import type { LocalObject } from "../../seams/store.ts";
import { type Lake, type LakePlace, Lender } from "../../stages/lake/index.ts";
import type { Warehouse } from "../../stages/warehouse/index.ts";

export interface ObjectsParts {
  readonly plan: Plan;
  readonly lake: Lake;
  readonly place: LakePlace;
  readonly warehouse: Pick<Warehouse, "over">;
}

/** Pages of one object follow each other within seconds. */
const KEPT_MS = 30_000;
const KEPT_MAX = 4;
/** The object lay there, and was put into a pack before the engine opened it. */
const ATTEMPTS = 3;

export function openObjects({
  plan,
  lake,
  place,
  warehouse,
}: ObjectsParts): Objects & AsyncDisposable {
  const keptMax = place.address.kind === "folder" ? 0 : KEPT_MAX;
  const lender = new Lender({ store: lake.store, keptMax, keptMs: KEPT_MS });
  return {
    over(object) {
      const at = ({ path }: LocalObject): Query => {
        const stream = plan.streams.find(({ name }) => name === object.stream);
        if (stream === undefined) {
          const known = plan.streams.map(({ name }) => name).join(", ");
          throw new Fault("STREAM_UNKNOWN", { stream: object.stream, known });
        }
        return warehouse.over(stream, object.part, path);
      };
      return {
        async run(sql, options) {
          for (let attempt = 1; ; attempt += 1) {
            await using local = await lender.lend(object.part.name);
            try {
              return await at(local).run(sql, options);
            } catch (thrown) {
              if (attempt === ATTEMPTS || existsSync(local.path)) {
                throw toReadFault(object, thrown);
              }
            }
          }
        },
        async *stream(sql, format, options) {
          await using local = await lender.lend(object.part.name);
          try {
            yield* at(local).stream(sql, format, options);
          } catch (thrown) {
            throw toReadFault(object, thrown);
          }
        },
      };
    },
    [Symbol.asyncDispose]: () => lender[Symbol.asyncDispose](),
  };
}

/** What the engine cannot read is the object's fault, not the question's: that was made here. */
function toReadFault({ part }: DeliveredObject, thrown: unknown): unknown {
  return thrown instanceof Fault && thrown.code === "QUERY_FAILED"
    ? new Fault("LAKE_READ_FAILED", { name: part.name, cause: causeOf(thrown) }, thrown)
    : thrown;
}
