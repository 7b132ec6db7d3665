/** Where the parts of a pipeline run, as people write it: `s3://bucket/prefix`, `kinesis://region/prefix`, or a folder. */

import { Fault } from "./faults.ts";

export interface FolderAddress {
  readonly kind: "folder";
  readonly folder: string;
}

export interface S3Address {
  readonly kind: "s3";
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly region: string | undefined;
  /** Of an S3-compatible server; undefined is AWS itself. */
  readonly endpoint: string | undefined;
}

export type LakeAddress = FolderAddress | S3Address;

export interface KinesisAddress {
  readonly kind: "kinesis";
  readonly region: string;
  /** Stands before the name of every stream. */
  readonly prefix: string;
  readonly endpoint: string | undefined;
  /** Where processes that share the streams agree on who reads what; undefined when there is one process. */
  readonly leases: LakeAddress | undefined;
}

/** The engine's own log in the data folder. */
export interface LogAddress {
  readonly kind: "log";
}

export type StreamAddress = LogAddress | KinesisAddress;

/** What stands for the engine's own part in the data folder. */
export const EMBEDDED = "embedded";

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Letters, digits and what needs no escape in a key or a URL. */
const PREFIX = /^[A-Za-z0-9_=+-][A-Za-z0-9_.=+-]*(\/[A-Za-z0-9_=+-][A-Za-z0-9_.=+-]*)*$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
const STREAM_PREFIX = /^[a-zA-Z0-9_.-]{0,64}$/;

/** Throws ADDRESS_INVALID. */
export function toLakeAddress(text: string): LakeAddress {
  const url = toUrl("lake", text, ["s3", "file"]);
  if (url === undefined) {
    return { kind: "folder", folder: text };
  }
  if (url.protocol === "file:") {
    return { kind: "folder", folder: decodeURIComponent(url.pathname) };
  }
  const prefix = url.pathname.replace(/^\/+|\/+$/g, "");
  if (!BUCKET.test(url.hostname)) {
    throw invalid("lake", text, `${url.hostname} is no bucket's name`);
  }
  if (prefix !== "" && !PREFIX.test(prefix)) {
    throw invalid(
      "lake",
      text,
      `the prefix ${prefix} has other characters than A-Z a-z 0-9 _ . = + - /`,
    );
  }
  const { region, endpoint } = toOptions({ part: "lake", text, url }, ["region", "endpoint"]);
  const slashed = prefix === "" ? "" : `${prefix}/`;
  return { kind: "s3", bucket: url.hostname, prefix: slashed, region, endpoint };
}

/** Throws ADDRESS_INVALID. */
export function toStreamAddress(text: string): StreamAddress {
  const url = toUrl("stream", text, ["kinesis"]);
  if (url === undefined) {
    throw invalid("stream", text, "it is neither `embedded` nor kinesis://REGION/PREFIX");
  }
  const prefix = url.pathname.slice(1);
  if (!REGION.test(url.hostname)) {
    throw invalid("stream", text, `${url.hostname} is no region, such as eu-west-1`);
  }
  if (!STREAM_PREFIX.test(prefix)) {
    throw invalid("stream", text, `a stream's name may not begin with ${prefix}`);
  }
  const { endpoint, leases } = toOptions({ part: "stream", text, url }, ["endpoint", "leases"]);
  const agreed = leases === undefined ? undefined : toLakeAddress(leases);
  return { kind: "kinesis", region: url.hostname, prefix, endpoint, leases: agreed };
}

/** An address for people: what may be a secret in it is dots. */
export function showAddress(text: string): string {
  return text
    .replace(/(\/\/[^/?#\s:@]*):[^/?#\s@]*@/g, "$1:••••@")
    .replace(/([?&][^=&]*(?:password|secret|token|key)[^=&]*=)[^&]*/gi, "$1••••");
}

export function toUrl(part: string, text: string, known: readonly string[]): URL | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    return undefined;
  }
  if (!known.includes(scheme) || !URL.canParse(text)) {
    const ways = known.map((one) => `${one}://`).join(", ");
    throw invalid(part, text, `of addresses it can only be ${ways}`);
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    throw invalid(part, text, "keys do not belong into it: the SDK finds them in the environment");
  }
  if (url.port !== "" || url.hash !== "") {
    throw invalid(part, text, "a server of your own is named by ?endpoint=http://HOST:PORT");
  }
  return url;
}

export type Options<Name extends string> = Readonly<Record<Name, string | undefined>>;

export function toOptions<Name extends string>(
  { part, text, url }: { readonly part: string; readonly text: string; readonly url: URL },
  known: readonly Name[],
): Options<Name> {
  const found: Record<string, string | undefined> = {};
  for (const [name, value] of url.searchParams) {
    if (!known.some((one) => one === name)) {
      throw invalid(part, text, `?${name} is unknown; known are ${known.join(", ")}`);
    }
    found[name] = value;
  }
  const { endpoint } = found;
  if (endpoint !== undefined && !isWebAddress(endpoint)) {
    throw invalid(part, text, `its endpoint ${endpoint} is no http:// or https:// address`);
  }
  return found as Options<Name>; // Only known names were taken.
}

/** Whether a text is an address a client can speak HTTP to. */
export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

export function invalid(part: string, text: string, cause: string): Fault {
  return new Fault("ADDRESS_INVALID", { part, address: showAddress(text), cause });
}
