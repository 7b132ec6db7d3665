/** Objects of a bucket as files to read; the SDK is loaded only where an s3:// address is named. */

import type * as S3 from "@aws-sdk/client-s3";
import { createWriteStream } from "node:fs";
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { Place } from "./places.ts";

const SILENCE_MS = 30_000;

interface Reached {
  readonly sdk: typeof S3;
  readonly client: S3.S3Client;
  readonly bucket: string;
  readonly key: string;
}

/** Throws DRIVER_MISSING, SOURCE_REFUSED. */
export async function listBucket(address: string, max: number): Promise<Place[]> {
  const { sdk, client, bucket, key } = await reach(address);
  const all = key === "" || /[/*]$/.test(key);
  const prefix = key.replace(/\*$/, "");
  const found: Place[] = [];
  try {
    const asked = { client, pageSize: 1000 };
    for await (const page of sdk.paginateListObjectsV2(asked, { Bucket: bucket, Prefix: prefix })) {
      const objects = page.Contents ?? [];
      const wanted = objects.filter(({ Key = "/" }) => (all ? !Key.endsWith("/") : Key === key));
      found.push(...wanted.map((object) => toPlace(address, object)));
      if (found.length > max) {
        break;
      }
    }
    return found;
  } catch (thrown) {
    throw refused(address, thrown);
  } finally {
    client.destroy();
  }
}

function toPlace(address: string, { Key = "", Size = 0, ETag = "" }: S3._Object): Place {
  // A server of somebody else's may list no tag: then only a size can tell one from another.
  const version = `${ETag} ${Size}`;
  return { kind: "s3", id: withKey(address, Key), name: basename(Key), size: Size, version };
}

/** Copies an object to a file. Throws SOURCE_REFUSED. */
export async function fetchObject(id: string, path: string, signal: AbortSignal): Promise<void> {
  const { sdk, client, bucket, key } = await reach(id);
  try {
    const get = new sdk.GetObjectCommand({ Bucket: bucket, Key: key });
    const { Body } = await client.send(get, { abortSignal: signal });
    await pipeline(Body as Readable, createWriteStream(path), { signal });
  } catch (thrown) {
    throw refused(id, thrown);
  } finally {
    client.destroy();
  }
}

async function reach(address: string): Promise<Reached> {
  const url = new URL(address);
  const sdk = await loadSdk();
  const [endpoint, region] = ["endpoint", "region"].map((name) => url.searchParams.get(name));
  const client = new sdk.S3Client({
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: 5000, requestTimeout: SILENCE_MS },
  });
  return { sdk, client, bucket: url.hostname, key: decodeURIComponent(url.pathname.slice(1)) };
}

async function loadSdk(): Promise<typeof S3> {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (thrown) {
    const facts = { what: "A source of files on S3", package: "@aws-sdk/client-s3" };
    throw new Fault("DRIVER_MISSING", facts, thrown);
  }
}

function withKey(address: string, key: string): string {
  const url = new URL(address);
  url.pathname = `/${key.split("/").map(encodeURIComponent).join("/")}`;
  return url.toString();
}

function refused(place: string, thrown: unknown): Fault {
  const facts = { place: place.split("?")[0] ?? place, source: "of files" };
  return new Fault("SOURCE_REFUSED", { ...facts, cause: causeOf(thrown) }, thrown);
}
