/** Signature Version 4: the signature a request should carry, with signing keys kept between requests. */

import { createHash, createHmac, hash, timingSafeEqual } from "node:crypto";
import type { Signature, SignedRequest } from "./signature.ts";

const KEYS_MAX = 256;

/** Signing keys live for a day and a region; making one takes four HMACs. Bounded: the oldest makes room. */
export class SigningKeys {
  readonly #keys = new Map<string, Buffer>();

  of(secret: string, { accessKeyId, scope }: Signature): Buffer {
    const name = [accessKeyId, scope.date, scope.region, scope.service, digest(secret)].join("/");
    const known = this.#keys.get(name);
    if (known !== undefined) {
      return known;
    }
    const steps = [scope.date, scope.region, scope.service, "aws4_request"];
    let key: Buffer = Buffer.from(`AWS4${secret}`);
    for (const step of steps) {
      key = createHmac("sha256", key).update(step).digest();
    }
    if (this.#keys.size >= KEYS_MAX) {
      this.#keys.delete(this.#keys.keys().next().value ?? "");
    }
    this.#keys.set(name, key);
    return key;
  }
}

/** In hexadecimal digits. */
export function signatureOf(request: SignedRequest, signature: Signature, key: Buffer): string {
  const { date, scope } = signature;
  const text = [
    "AWS4-HMAC-SHA256",
    date,
    `${scope.date}/${scope.region}/${scope.service}/aws4_request`,
    digest(canonicalRequest(request, signature)),
  ].join("\n");
  return createHmac("sha256", key).update(text).digest("hex");
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function sameText(one: string, other: string): boolean {
  const a = createHash("sha256").update(one).digest();
  const b = createHash("sha256").update(other).digest();
  return timingSafeEqual(a, b);
}

function canonicalRequest(request: SignedRequest, { signedHeaders }: Signature): string {
  const [path, query] = split(request.url);
  const headers = signedHeaders.map((name) => `${name}:${headerText(request, name)}\n`);
  return [
    request.method,
    path,
    canonicalQuery(query),
    headers.join(""),
    signedHeaders.join(";"),
    payloadHash(request),
  ].join("\n");
}

/** The hash is always taken from the body itself: a caller's word for it would prove nothing. */
function payloadHash({ body }: SignedRequest): string {
  return hash("sha256", body, "hex");
}

function split(url: string): [string, string] {
  const mark = url.indexOf("?");
  return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

function canonicalQuery(query: string): string {
  return query
    .split("&")
    .filter((part) => part !== "")
    .map((part) => (part.includes("=") ? part : `${part}=`))
    .toSorted()
    .join("&");
}

function headerText({ headers }: SignedRequest, name: string): string {
  // HTTP/2 carries the host in a pseudo header.
  const value = headers[name] ?? (name === "host" ? headers[":authority"] : undefined);
  const text = Array.isArray(value) ? value.join(",") : (value ?? "");
  return text.trim().replaceAll(/ +/g, " ");
}

function digest(text: string): string {
  return hash("sha256", text, "hex");
}
