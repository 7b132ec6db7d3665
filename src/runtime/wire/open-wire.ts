/** The AWS services of a running pipeline: which there are, and who may call them. */

import { randomBytes } from "node:crypto";
import { systemClock, type Clock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { isLoopback } from "../../base/loopback.ts";
import type { Plan } from "../../plan/plan.ts";
import type { WireMeans } from "../../wire/answer-call.ts";
import { joinAccessKeys, readAccessKeys } from "../../wire/auth/access-keys.ts";
import { type AccessKeys, openAuthority } from "../../wire/auth/authority.ts";
import type { KeyStore } from "../../stages/gateway/index.ts";
import { openKinesis, type KinesisService } from "../../stages/stream/kinesis/index.ts";
import type { RunningFirehose } from "../firehose/open-firehose.ts";
import type { DataPaths } from "../data-folder.ts";
import type { Front } from "../front.ts";
import { kinesisStreams } from "./kinesis-streams.ts";

export interface WireSettings {
  /** Takes callers without looking at their signature. */
  readonly anonymous: boolean;
  /** Access keys as the environment names them; undefined when it names none. */
  readonly keys: string | undefined;
  /** Holds shards to the managed service's rates. */
  readonly shardLimits?: boolean;
}

export interface Wire extends AsyncDisposable {
  readonly means: WireMeans;
  readonly kinesis: KinesisService;
}

export interface WireParts {
  readonly plan: Plan;
  readonly paths: DataPaths;
  readonly front: Front;
  /** The other service on this port. */
  readonly firehose?: RunningFirehose;
  readonly host: string;
  readonly settings: WireSettings;
  /** Keys of the data folder, of AWS's kind. */
  readonly keys?: Pick<KeyStore, "secretsOf" | "admitSigned">;
  readonly clock?: Clock;
}

/** Throws AWS_KEYS_INVALID, AWS_ANONYMOUS_REFUSED. */
export async function openWire(parts: WireParts): Promise<Wire> {
  const { plan, paths, front, firehose, host, settings, clock = systemClock } = parts;
  if (settings.anonymous && !isLoopback(host)) {
    throw new Fault("AWS_ANONYMOUS_REFUSED", { host });
  }
  const keys = joinAccessKeys([readAccessKeys(settings.keys), ...toAccessKeys(parts.keys)]);
  const authority = openAuthority({ keys, anonymous: settings.anonymous, clock });
  const kinesis = await openKinesis({
    clock,
    random: randomBytes,
    ...paths.kinesis,
    streams: kinesisStreams(plan, front),
    throttle: settings.shardLimits === true,
  });
  await firehose?.begin((stream) => kinesis.access(stream));
  const services = firehose === undefined ? [kinesis] : [kinesis, firehose.service];
  return {
    means: { services, authority },
    kinesis,
    [Symbol.asyncDispose]: () => kinesis[Symbol.asyncDispose](),
  };
}

function toAccessKeys(keys: WireParts["keys"]): AccessKeys[] {
  return keys === undefined
    ? []
    : [
        {
          secretsOf: (accessKeyId) => keys.secretsOf(accessKeyId),
          admit: (accessKeyId) => {
            const { caller } = keys.admitSigned(accessKeyId);
            return (deed, stream) => caller.allows(deed, stream);
          },
        },
      ];
}
