/** What an Authorization header of SigV4 says, or why it says nothing. Pure. */

import { WireFault } from "../wire-fault.ts";

export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface Signature {
  readonly accessKeyId: string;
  readonly scope: {
    readonly date: string;
    readonly region: string;
    readonly service: string;
    readonly end: string;
  };
  /** Lower-case names of the headers it covers. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** X-Amz-Date as it came, and as milliseconds. */
  readonly date: string;
  readonly at: number;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const CHARS_MAX = 4096;
const DATE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** Throws MissingAuthenticationTokenException, IncompleteSignatureException, InvalidSignatureException. */
export function readSignature(request: SignedRequest): Signature {
  const header = textOf(request.headers["authorization"]);
  if (request.url.includes("X-Amz-Algorithm")) {
    const message =
      header === undefined
        ? "Requests signed in their query string are not taken here; sign them by header."
        : "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
    throw new WireFault("InvalidSignatureException", message);
  }
  if (header === undefined || header === "") {
    throw new WireFault("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  if (header.length > CHARS_MAX || !header.startsWith(ALGORITHM)) {
    throw new WireFault(
      "IncompleteSignatureException",
      `Authorization header requires '${ALGORITHM}' as its algorithm.`,
    );
  }
  const parts = partsOf(header);
  const date = textOf(request.headers["x-amz-date"]) ?? "";
  const missing = missingOf(parts, date);
  if (missing !== "") {
    throw new WireFault("IncompleteSignatureException", `${missing}Authorization=${header}`);
  }
  return toSignature(parts, date);
}

function toSignature(parts: ReadonlyMap<string, string>, date: string): Signature {
  const credential = parts.get("Credential") ?? "";
  // An access key may hold slashes; the scope is the last four parts.
  const scope = credential.split("/");
  const [day = "", region = "", service = "", end = ""] = scope.slice(-4);
  const accessKeyId = scope.slice(0, -4).join("/");
  if (accessKeyId === "" || !/^\d{8}$/.test(day) || !/^[a-z0-9-]{1,64}$/.test(region)) {
    const message = `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`;
    throw new WireFault("IncompleteSignatureException", message);
  }
  return {
    accessKeyId,
    scope: { date: day, region, service, end },
    signedHeaders: (parts.get("SignedHeaders") ?? "").toLowerCase().split(";"),
    signature: parts.get("Signature") ?? "",
    date,
    at: toMs(date),
  };
}

function partsOf(header: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const part of header.slice(ALGORITHM.length).split(",")) {
    const equals = part.indexOf("=");
    if (equals > 0) {
      parts.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
    }
  }
  return parts;
}

function missingOf(parts: ReadonlyMap<string, string>, date: string): string {
  const names = ["Credential", "Signature", "SignedHeaders"];
  const missing = names
    .filter((name) => (parts.get(name) ?? "") === "")
    .map((name) => `Authorization header requires '${name}' parameter. `);
  if (!DATE.test(date)) {
    missing.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
    );
  }
  return missing.join("");
}

function toMs(date: string): number {
  const [, year, month, day, hour, minute, second] = (DATE.exec(date) ?? []).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(",") : value;
}
