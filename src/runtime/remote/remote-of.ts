/** Whether events go through Kinesis, and what this process tells others who read there of itself. */

import { hostname } from "node:os";
import { EMBEDDED } from "../../base/address.ts";
import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import type { Plan } from "../../plan/plan.ts";
import type { DataFolder } from "../data-folder.ts";
import { openRemote, type Remote } from "./open-remote.ts";

interface RemoteParts {
  readonly plan: Plan;
  readonly folder: DataFolder;
  readonly options: {
    readonly log: (line: string) => void;
    readonly takeOver?: string | undefined;
  };
  /** Called when another has taken over what this process had claimed. */
  readonly onFenced: (fault: Fault) => void;
}

/** Undefined where events are put into the log itself. */
export async function openRemoteOf(
  { plan, folder, options, onFenced: fenced }: RemoteParts,
  opening: AsyncDisposableStack,
): Promise<Remote | undefined> {
  const { id: me, paths, places } = folder;
  const { source: address, root } = paths;
  const { log, takeOver } = options;
  if (address.kind !== "kinesis") {
    if (takeOver !== undefined) {
      const stream = plan.streams[0]?.name ?? plan.name;
      throw new Fault("STREAM_READER_UNKNOWN", { stream, reader: takeOver, known: "none" });
    }
    return undefined;
  }
  const elsewhere = [places.lake, places.warehouse].filter((place) => place !== EMBEDDED);
  const outlives = elsewhere.length === 0 ? undefined : elsewhere.join(" and ");
  const testament = { place: `${hostname()}:${root}`, outlives };
  const about = { plan, address, root, me, testament, takeOver, fenced };
  return opening.use(await openRemote({ ...about, clock: systemClock, log }));
}
