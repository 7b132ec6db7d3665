/** What the Kafka client throws → one sentence that says what to mend. Pure. */

import { causeOf } from "../../../base/faults.ts";

interface Thrown {
  readonly code?: string;
  readonly errors?: readonly unknown[];
  readonly cause?: unknown;
}

/** The client's codes, as its errors.d.ts has them. */
const AUTHENTICATION = "PLT_KFK_AUTHENTICATION";
const NETWORK = "PLT_KFK_NETWORK";
const DEPTH_MAX = 10;
/** Wrappers that say no more than that something inside of them failed. */
const EMPTY = /^(?:\w+ failed \d+ times|Cannot connect to any broker|Connection to \S+ failed)\.?$/;

/**
 * The client wraps what a socket or broker said into several errors; the innermost that says something counts. A broker
 * that wants another certificate just hangs up (TLS 1.3 judges it after the handshake), so that is told with `tls`.
 */
export function whyOf(thrown: unknown, { tls }: { readonly tls: boolean }): string {
  const chain = [...inward(thrown)];
  const words = chain.map((one) => saidBy(one)).filter((said) => !EMPTY.test(said));
  if (chain.some(({ code }) => code === AUTHENTICATION)) {
    return "the broker refuses user or password (SASL authentication failed)";
  }
  const innermost = chain.at(-1);
  if (tls && innermost?.code === NETWORK && /closed/i.test(saidBy(innermost))) {
    return "the broker closed the connection: does it want a client certificate, or another (tls.cert, tls.key)?";
  }
  return words.at(-1) ?? causeOf(thrown);
}

function* inward(thrown: unknown): Generator<Thrown> {
  let at = thrown as Thrown | undefined;
  for (let depth = 0; at !== undefined && at !== null && depth < DEPTH_MAX; depth += 1) {
    yield at;
    at = (at.errors?.[0] ?? at.cause) as Thrown | undefined;
  }
}

/** The client lists what is inside of an error behind its own words. */
function saidBy(thrown: Thrown): string {
  const [own = ""] = causeOf(thrown).split(" (caused by: ");
  return own.trim();
}
