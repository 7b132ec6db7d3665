/** Offset tokens: how far a channel's rows are in the table, and whether we can have put them there. Pure. */

import { Fault } from "../../../../base/faults.ts";

/** A run of places that a channel is about to get; both ends included. */
export interface Run {
  readonly channel: string;
  readonly first: number;
  readonly last: number;
}

/**
 * The place after which rows are to be sent. Tokens are sequence numbers of the log, decimal. One before the run is of
 * earlier cuts, one inside it is where a former process ended; a channel without any is new, or was forgotten by
 * Snowflake after 30 idle days. Any other was written by somebody who is not us, and sending would lose rows or double
 * them: throws STREAMING_TOKEN_UNEXPLAINED.
 */
export function placeAfter({ channel, first, last }: Run, token: string | undefined): number {
  if (token === undefined) {
    return first - 1;
  }
  const place = /^(0|[1-9]\d{0,15})$/.test(token) ? Number(token) : Number.NaN;
  if (Number.isSafeInteger(place) && place <= last) {
    return Math.max(place, first - 1);
  }
  throw new Fault("STREAMING_TOKEN_UNEXPLAINED", { channel, token, first, last });
}

/** Whether everything up to `last` is in the table. */
export function hasReached(token: string | undefined, last: string): boolean {
  return token !== undefined && /^\d{1,16}$/.test(token) && Number(token) >= Number(last);
}

/** A name that only these hold: Snowflake folds channels' names, so small and capital letters must differ otherwise. */
export function channelName(owner: string, ...parts: readonly string[]): string {
  return ["millrace", owner, ...parts].map(folded).join("-");
}

function folded(part: string): string {
  return part
    .replaceAll(/[^a-z0-9]/g, (sign) => `_${sign.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .toUpperCase();
}
