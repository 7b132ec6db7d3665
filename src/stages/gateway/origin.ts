/** Which requests a browser may have been tricked into making: judged by Host and Origin. Pure. */

import { Fault } from "../../base/faults.ts";
import { isLoopback } from "../../base/loopback.ts";

/** A Host header without its port: `[::1]:8080` gives `[::1]`. */
function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, "");
}

export interface Callers {
  /**
   * Throws ORIGIN_REFUSED when a page of another site may be behind the request. Answers the headers that let a page
   * of an allowed site read the answer; undefined for all others.
   */
  admit(host: string | undefined, origin: string | undefined): readonly string[] | undefined;
}

/**
 * On a loopback address only a name of this machine may be asked for: a page whose own name was re-bound to 127.0.0.1
 * says its own name in Host. Anywhere, a page's Origin must be the very host it asks, or one that the settings allow;
 * programs send no Origin.
 */
export function openCallers(bound: string, origins: readonly string[] = []): Callers {
  const local = isLoopback(bound);
  const allowed = new Map(origins.map((origin) => [origin.toLowerCase(), corsHeaders(origin)]));
  let hostAdmitted: string | undefined;
  return {
    admit(host, origin) {
      if (host !== undefined && host !== hostAdmitted) {
        if (local && !isLoopback(withoutPort(host))) {
          throw new Fault("ORIGIN_REFUSED", { origin: origin ?? "an unnamed origin", host });
        }
        hostAdmitted = host;
      }
      if (origin === undefined || isOwn(origin, host)) {
        return undefined;
      }
      const headers = allowed.get(origin.toLowerCase());
      if (headers === undefined) {
        throw new Fault("ORIGIN_REFUSED", { origin, host: host ?? "unnamed" });
      }
      return headers;
    },
  };
}

export function isOwn(origin: string, host: string | undefined): boolean {
  const site = /^https?:\/\/(.+)$/.exec(origin.toLowerCase())?.[1];
  return site !== undefined && site === host?.toLowerCase();
}

/** Never with credentials: a page of another site shows a key, or sends as nobody. */
function corsHeaders(origin: string): readonly string[] {
  const exposed = "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, ETag";
  return [
    "Access-Control-Allow-Origin",
    origin,
    "Vary",
    "Origin",
    "Access-Control-Expose-Headers",
    exposed,
  ];
}

/** The answer to a browser that asks before it sends. */
export const PREFLIGHT: readonly string[] = [
  "Access-Control-Allow-Methods",
  "GET, POST, DELETE, OPTIONS",
  "Access-Control-Allow-Headers",
  "Authorization, X-Api-Key, Content-Type, Content-Encoding, Prefer, Idempotency-Key, X-Request-Id",
  "Access-Control-Max-Age",
  "600",
];
