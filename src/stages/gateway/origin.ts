/** Which requests a browser may have been tricked into making: judged by Host and Origin. Pure. */

import { Fault } from "../../base/faults.ts";
import { isLoopback } from "../../base/loopback.ts";

/** A Host header without its port: `[::1]:8080` gives `[::1]`. */
function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, "");
}

export interface Callers {
  /** Throws ORIGIN_REFUSED when a page of another site may be behind the request. */
  admit(host: string | undefined, origin: string | undefined): void;
}

/**
 * On a loopback address only a name of this machine may be asked for: a page whose own name was re-bound to 127.0.0.1
 * says its own name in Host. Anywhere, a page's Origin must be the very host it asks; programs send no Origin.
 */
export function openCallers(bound: string): Callers {
  const local = isLoopback(bound);
  let hostAdmitted: string | undefined;
  return {
    admit(host, origin) {
      if (host !== undefined && host !== hostAdmitted) {
        if (local && !isLoopback(withoutPort(host))) {
          throw new Fault("ORIGIN_REFUSED", { origin: origin ?? "an unnamed origin", host });
        }
        hostAdmitted = host;
      }
      if (origin !== undefined && !isOwn(origin, host)) {
        throw new Fault("ORIGIN_REFUSED", { origin, host: host ?? "unnamed" });
      }
    },
  };
}

function isOwn(origin: string, host: string | undefined): boolean {
  const site = /^https?:\/\/(.+)$/.exec(origin.toLowerCase())?.[1];
  return site !== undefined && site === host?.toLowerCase();
}
