/** Which streams' doors are shut because too much is on its way, or the disk is nearly full. Pure but for what it remembers. */

import type { Instant } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { DEAD_LETTERS } from "../../base/record.ts";
import { showBytes } from "../../base/units.ts";
import type { Trouble } from "../../seams/meter.ts";

/** What is known of one stream when the gates are judged. */
export interface BacklogLook {
  readonly stream: string;
  /** Accepted and not yet rows. */
  readonly bytes: number;
  readonly bytesMax: number;
  readonly freeBytes: number;
  readonly freeBytesMin: number;
  /** What does not get on, for people. */
  readonly stuck: string;
}

interface Shut {
  readonly fault: Fault;
  readonly since: Instant;
}

/** A door that was shut opens again only when this much of its bound is free, so that it does not flutter. */
const OPENS_AT = 0.9;
const RETRY_AFTER_S = 5;

export class Gates {
  readonly #shut = new Map<string, Shut>();

  /** Why nothing may come in for a stream now; a stream whose bad records could not be kept is shut as well. */
  refusal(stream: string): Fault | undefined {
    if (this.#shut.size === 0) {
      return undefined;
    }
    return (this.#shut.get(stream) ?? this.#shut.get(DEAD_LETTERS))?.fault;
  }

  trouble(stream: string): Trouble | undefined {
    const shut = this.#shut.get(stream);
    return shut && { ...toTrouble(shut.fault), since: shut.since };
  }

  judge(look: BacklogLook, now: Instant): void {
    const was = this.#shut.get(look.stream);
    const fault = judge(look, was !== undefined);
    if (fault === undefined) {
      this.#shut.delete(look.stream);
    } else {
      this.#shut.set(look.stream, { fault, since: was?.since ?? now });
    }
  }
}

function judge(look: BacklogLook, shut: boolean): Fault | undefined {
  const { stream, bytes, bytesMax, freeBytes, freeBytesMin, stuck } = look;
  if (freeBytes < (shut ? freeBytesMin / OPENS_AT : freeBytesMin)) {
    const free = showBytes(Math.round(freeBytes));
    return new Fault("DISK_LOW", {
      stream,
      free,
      floor: showBytes(freeBytesMin),
      retryAfterS: RETRY_AFTER_S,
    });
  }
  if (bytes > (shut ? OPENS_AT * bytesMax : bytesMax)) {
    return new Fault("BACKLOG_FULL", {
      stream,
      bytes: showBytes(Math.round(bytes)),
      bytesMax: showBytes(bytesMax),
      stuck,
      retryAfterS: RETRY_AFTER_S,
    });
  }
  return undefined;
}

function toTrouble({ code, message }: Fault): Pick<Trouble, "code" | "message" | "attempts"> {
  return { code, message, attempts: 0 };
}
