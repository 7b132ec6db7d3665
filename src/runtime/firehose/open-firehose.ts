/** The delivery streams of a running pipeline: its own streams, and those made over the wire. */

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { makeFolderNow, OWNER_ONLY } from "../../base/make-folder.ts";
import { isEngineStream } from "../../base/record.ts";
import type { Plan } from "../../plan/plan.ts";
import type { WireStreamMeter } from "../../seams/meter.ts";
import type { WireService } from "../../wire/service.ts";
import { REGION_DEFAULT } from "../../wire/auth/authority.ts";
import {
  DeliveryStreams,
  type FirehoseWorld,
  openFirehose,
  openRegistry,
  type RunPlan,
} from "../../stages/delivery/firehose/index.ts";
import { openStreamReader } from "../../stages/stream/index.ts";
import type { LakePlace } from "../../stages/lake/index.ts";
import type { Front } from "../front.ts";
import { PutLogs } from "./logs.ts";
import type { ServedStream } from "./messages.ts";
import { openFirehoseProxy } from "./proxy.ts";
import { openPutEvents } from "./put-events.ts";

export interface RunningFirehose extends AsyncDisposable {
  readonly service: WireService;
  /** Works every delivery stream that was there; called once, when the streams that they read are open. */
  begin(access: SourceAccess): Promise<void>;
  /** What delivery streams made over the wire say of themselves. */
  meters(): readonly WireStreamMeter[];
  /** Forgets what is delivered. */
  trim(): Promise<void>;
}

/** What a reader of a Kinesis stream's log needs; undefined when there is no such stream. */
export type SourceAccess = (
  stream: string,
) => { readonly folder: string; readonly shared: SharedArrayBuffer } | undefined;

export interface FirehoseParts {
  readonly plan: Plan;
  readonly front: Front;
  readonly lake: LakePlace;
  /** Folder that delivery streams keep everything in. */
  readonly folder: string;
  readonly log: (line: string) => void;
}

const ACCOUNT = "000000000000";

/** Nothing is worked before `begin`. */
export function openRunningFirehose(parts: FirehoseParts): RunningFirehose {
  const { plan, front, lake, folder, log } = parts;
  makeFolderNow(folder, OWNER_ONLY);
  const open = new AsyncDisposableStack();
  const registry = open.use(openRegistry(join(folder, "streams.sqlite")));
  const logs = open.use(new PutLogs(folder));
  const journal = join(folder, "cuts.sqlite");
  const proxy = open.use(openFirehoseProxy({ lake, journal, clock: systemClock, log }));
  let access: SourceAccess | undefined;

  function toServed(run: RunPlan): ServedStream[] {
    const source = run.sourceArn?.slice(run.sourceArn.lastIndexOf("/") + 1);
    const found = source === undefined ? logs.access(run.id) : access?.(source);
    return found === undefined ? [] : [{ plan: run, log: { stream: source ?? run.id, ...found } }];
  }

  const world: FirehoseWorld = {
    clock: systemClock,
    uuid: randomUUID,
    account: ACCOUNT,
    region: REGION_DEFAULT,
    startedAt: systemClock.now(),
    around: surroundingsOf(plan),
    own: ownStreams(plan, front),
    openLog: (id) => logs.open(id),
    removeLog: (id) => logs.remove(id),
    async newest(stream) {
      const found = access?.(stream);
      if (found === undefined) {
        return undefined;
      }
      await using reader = await openStreamReader({ stream, ...found });
      return await reader.newest();
    },
    serve: (plans, gone) => proxy.serve({ streams: plans.flatMap(toServed), gone }),
    log,
  };
  const streams = new DeliveryStreams(world, registry);
  return {
    service: openFirehose({ streams }),
    async begin(given) {
      access = given;
      await streams.resume();
    },
    meters: () => proxy.meters(),
    trim: () => logs.trim((id) => proxy.progress(id)?.delivered),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** The pipeline's Lambda handlers by name, and its tables in the place of a Glue catalogue's. */
function surroundingsOf(plan: Plan): FirehoseWorld["around"] {
  const users = plan.streams.filter(({ name }) => !isEngineStream(name));
  return {
    functions: new Map(Object.entries(plan.functions)),
    tables: new Map(users.map(({ table, row }) => [table.toLowerCase(), row])),
  };
}

function ownStreams(plan: Plan, { ingest }: Front): FirehoseWorld["own"] {
  const users = plan.streams.filter(({ name }) => !isEngineStream(name));
  return new Map(
    users.map((stream) => {
      const { name } = stream;
      return [name, { plan: stream, put: openPutEvents(name, ingest) }] as const;
    }),
  );
}
