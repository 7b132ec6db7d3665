/** The lake's suites over servers that others wrote: versitygw over a folder, and moto. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ObjectName } from "../../src/base/object-name.ts";
import type { LakePlace } from "../../src/stages/lake/index.ts";
import { openLake } from "../../src/stages/lake/index.ts";
import { openAnnouncements } from "../../src/stages/lake/announcements.ts";
import { ANNOUNCE_CASES } from "../../src/testing/conformance/announce.ts";
import { STORE_CASES } from "../../src/testing/conformance/store.ts";
import { BUCKET, remotePlace } from "../s3/place.ts";
import { type Peer, startMoto, startVersitygw } from "./processes.ts";

/** AWS refuses to join parts under a name that is taken (412, since November 2024); moto 5.2 does not look. */
const JOINS_OVER = new Set(["moto"]);

const SERVERS = { versitygw: startVersitygw, moto: startMoto };

describe.each(Object.entries(SERVERS))("a lake on %s", (server, start) => {
  let peer: Peer;
  let folder: string;
  let client: S3Client;
  let prefixes = 0;

  beforeAll(async () => {
    peer = await start();
    folder = await mkdtemp(join(tmpdir(), "millrace-peers-"));
    const { address } = remotePlace(peer.url, "", folder);
    const { endpoint, region } = address.kind === "s3" ? address : {};
    client = new S3Client({ endpoint: endpoint ?? "", region: region ?? "", forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  });

  afterAll(async () => {
    client.destroy();
    await peer[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  function newPlace(): LakePlace {
    prefixes += 1;
    return remotePlace(peer.url, `p${prefixes}/`, folder);
  }

  it.each(STORE_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await using lake = await openLake({ place: newPlace(), writes: true });
    await expect(run(lake.store)).resolves.toBeUndefined();
  });

  it.each(ANNOUNCE_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await using lake = await openLake({ place: newPlace(), writes: true });
    const { store, announcements } = lake;
    const subject = { announcements, elsewhere: () => openAnnouncements(store) };
    await expect(run(subject)).resolves.toBeUndefined();
  });

  it.each([
    ["in one piece", 1000],
    ["in parts", 20_000_000],
  ])("tells what an object is, sent %s", async (_how, length) => {
    const place = newPlace();
    await using lake = await openLake({ place, writes: true });
    const headers = { contentType: "application/octet-stream", contentEncoding: "snappy-java" };
    await lake.store.put("told/x" as ObjectName, [Buffer.alloc(length)], headers);
    const prefix = place.address.kind === "s3" ? place.address.prefix : "";
    const of = { Bucket: BUCKET, Key: `${prefix}told/x` };
    const told = await client.send(new HeadObjectCommand(of));
    expect([told.ContentType, told.ContentEncoding]).toEqual(Object.values(headers));
  });

  it("takes a large object in parts, once, and leaves no parts", async () => {
    await using lake = await openLake({ place: newPlace(), writes: true });
    const name = "large/object.csv" as ObjectName;
    const bytes = Buffer.alloc(40_000_000, "0123456789abcdef\n");
    const puts = [lake.store.put(name, [bytes]), lake.store.put(name, [bytes])];
    const second = JOINS_OVER.has(server) ? "stored" : "exists";
    expect((await Promise.all(puts)).toSorted()).toEqual([second, "stored"]);
    expect((await lake.store.get(name))?.equals(bytes)).toBe(true);
    const left = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
    expect(left.Uploads ?? []).toEqual([]);
  });

  it("lists more objects than a page holds", async () => {
    await using lake = await openLake({ place: newPlace(), writes: true });
    const names = Array.from({ length: 1100 }, (_, i) => `n/${String(i).padStart(5, "0")}`);
    const waiting = [...names];
    const putNext = async (): Promise<void> => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        await lake.store.put(name as ObjectName, [Buffer.from("x")]);
      }
    };
    await Promise.all(Array.from({ length: 16 }, putNext));
    const listed: string[] = [];
    for await (const { name } of lake.store.list("n/")) {
      listed.push(name);
    }
    expect(listed).toEqual(names);
  });

  it("is told apart from a bucket that is not there", async () => {
    const place = newPlace();
    const missing = { ...place, address: { ...place.address, bucket: "no-such-bucket" } };
    const opened = openLake({ place: missing, writes: false });
    await expect(opened).rejects.toMatchObject({ code: "LAKE_UNREACHABLE" });
    await expect(opened).rejects.toThrow(/NoSuchBucket/);
  });
});
