/** How services sign their webhooks: over the raw body, before anybody has parsed it. Pure. */

import { createHmac, timingSafeEqual } from "node:crypto";

/** A signature that holds, with the time it names, if it names one; or why it does not. */
export type Judged =
  | { readonly ok: true; readonly signature: string }
  | { readonly ok: false; readonly cause: string };

export interface Signed {
  readonly header: string;
  readonly body: Buffer;
  readonly secrets: readonly string[];
  readonly now: number;
  readonly toleranceMs: number;
}

/** Signatures looked at in one header; more are nobody's honest wish. */
const SIGNATURES_MAX = 8;
const NO_MATCH = "it does not match the body";

/** `sha256=HEX` over the body. */
export function judgeGithub({ header, body, secrets }: Signed): Judged {
  const [, hex] = /^sha256=([0-9a-f]{64})$/i.exec(header.trim()) ?? [];
  if (hex === undefined) {
    return { ok: false, cause: "it is not of the form sha256=HEX" };
  }
  const found = secrets.some((secret) => matches(hex, macOf(secret, [body])));
  return found ? { ok: true, signature: hex.toLowerCase() } : { ok: false, cause: NO_MATCH };
}

/** `t=SECONDS,v1=HEX[,v1=HEX]` over `SECONDS.body`; not older, and not further ahead, than the tolerance. */
export function judgeStripe(signed: Signed): Judged {
  const { header, body, secrets, now, toleranceMs } = signed;
  const pairs = header.split(",").map((pair) => pair.trim().split("=", 2));
  const time = pairs.find(([name]) => name === "t")?.[1] ?? "";
  const hexes = pairs.flatMap(([name, value = ""]) =>
    name === "v1" && /^[0-9a-f]{64}$/i.test(value) ? [value] : [],
  );
  if (!/^\d{1,12}$/.test(time) || hexes.length === 0) {
    return { ok: false, cause: "it is not of the form t=SECONDS,v1=HEX" };
  }
  const macs = secrets.map((secret) => macOf(secret, [`${time}.`, body]));
  const found = hexes.slice(0, SIGNATURES_MAX).find((hex) => macs.some((mac) => matches(hex, mac)));
  if (found === undefined) {
    return { ok: false, cause: NO_MATCH };
  }
  if (Math.abs(now - Number(time) * 1000) > toleranceMs) {
    return { ok: false, cause: "it is too old, or of a time to come" };
  }
  return { ok: true, signature: found.toLowerCase() };
}

function macOf(secret: string, parts: readonly (string | Buffer)[]): Buffer {
  const mac = createHmac("sha256", secret);
  for (const part of parts) {
    mac.update(part);
  }
  return mac.digest();
}

function matches(hex: string, mac: Buffer): boolean {
  const given = Buffer.from(hex, "hex");
  return given.length === mac.length && timingSafeEqual(given, mac);
}
