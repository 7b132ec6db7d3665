/** The AWS services of a running pipeline: which there are, and who may call them. */

import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { isLoopback } from "../../base/loopback.ts";
import type { WireMeans } from "../../wire/answer-call.ts";
import { readAccessKeys } from "../../wire/auth/access-keys.ts";
import { openAuthority } from "../../wire/auth/authority.ts";
import { openKinesis } from "../../stages/stream/kinesis/kinesis.ts";
import type { WireService } from "../../wire/service.ts";
import type { Front } from "../front.ts";

export interface WireSettings {
  /** Takes callers without looking at their signature. */
  readonly anonymous: boolean;
  /** Access keys as the environment names them; undefined when it names none. */
  readonly keys: string | undefined;
}

/** Throws AWS_KEYS_INVALID, AWS_ANONYMOUS_REFUSED. */
export function openWire(parts: {
  readonly front: Front;
  readonly firehose: WireService;
  readonly host: string;
  readonly settings: WireSettings;
}): WireMeans {
  const { front, firehose, host, settings } = parts;
  if (settings.anonymous && !isLoopback(host)) {
    throw new Fault("AWS_ANONYMOUS_REFUSED", { host });
  }
  const keys = readAccessKeys(settings.keys);
  const authority = openAuthority({ keys, anonymous: settings.anonymous, clock: systemClock });
  return { services: [openKinesis({ streams: front.doors }), firehose], authority };
}
