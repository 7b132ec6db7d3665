/** The audit over a warehouse and the lake beside it, in whichever process has both. */

import { Fault } from "../../base/faults.ts";
import type { Plan } from "../../plan/plan.ts";
import type { StoredPart } from "../../seams/announce.ts";
import type { Audit } from "../../seams/audit.ts";
import type { Lake } from "../../stages/lake/index.ts";
import type { Warehouse } from "../../stages/warehouse/index.ts";

export interface AuditParts {
  readonly plan: Plan;
  readonly lake: Lake;
  readonly warehouse: Warehouse;
}

/** One cut at a time: an audit must not take the machine from the loads. */
export function openAudit({ plan, lake, warehouse }: AuditParts): Audit {
  let before: Promise<unknown> = Promise.resolve();
  const audit: Audit["audit"] = async ({ manifest, load, loadedAt, statements }) => {
    const stream = plan.streams.find(({ name }) => name === manifest.stream);
    if (stream === undefined) {
      const known = plan.streams.map(({ name }) => name).join(", ");
      throw new Fault("STREAM_UNKNOWN", { stream: manifest.stream, known });
    }
    await using opened = new AsyncDisposableStack();
    const local = async (part: StoredPart | undefined): Promise<string | undefined> =>
      part && opened.use(await lake.store.fetch(part.name)).path;
    const object = await local(manifest.object);
    const cut = { manifest, load, loadedAt, object, failed: await local(manifest.failed) };
    return await warehouse.audit(stream, cut, statements);
  };
  return {
    audit: (request) => {
      const answer = before.then(() => audit(request));
      before = answer.catch(() => undefined);
      return answer;
    },
  };
}
