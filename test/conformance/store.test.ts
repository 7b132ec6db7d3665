/** Every object store against the one suite, and what a remote one owes beyond it. */

import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ObjectName } from "../../src/base/object-name.ts";
import type { ObjectStore } from "../../src/seams/store.ts";
import { folderPlace, type Lake, openLake } from "../../src/stages/lake/index.ts";
import { STORE_CASES } from "../../src/testing/conformance/store.ts";
import { openMemoryStore } from "../../src/testing/memory/store.ts";
import { remotePlace } from "../s3/place.ts";
import { type S3Server, startS3Server } from "../s3/server.ts";

const folders: string[] = [];
let server: S3Server;
let prefixes = 0;

beforeAll(async () => {
  server = await startS3Server();
});

afterAll(() => server[Symbol.asyncDispose]());

afterEach(async () => {
  await Promise.all(folders.splice(0).map((path) => rm(path, { recursive: true, force: true })));
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-store-"));
  folders.push(folder);
  return folder;
}

async function openFolder(): Promise<Lake> {
  const folder = await newFolder();
  await mkdir(join(folder, "lake"));
  return await openLake({ place: folderPlace(join(folder, "lake")), writes: true });
}

async function openBucket(): Promise<Lake> {
  prefixes += 1;
  const place = remotePlace(server.url, `p${prefixes}/`, await newFolder());
  return await openLake({ place, writes: true });
}

const openS3 = async (): Promise<ObjectStore> => (await openBucket()).store;

/** What lies there itself, and through the packs that may lie over it. */
const SUBJECTS: Readonly<Record<string, () => Promise<ObjectStore>>> = {
  memory: async () => openMemoryStore(),
  folder: async () => (await openFolder()).inner,
  "packed folder": async () => (await openFolder()).store,
  s3: async () => (await openBucket()).inner,
  "packed s3": openS3,
};

describe.each(Object.entries(SUBJECTS))("the %s store", (_name, open) => {
  it.each(STORE_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await using store = await open();
    await expect(run(store)).resolves.toBeUndefined();
  });
});

describe("the s3 store when S3 is in trouble", () => {
  it("takes a part out of the whole where the server knows no ranges", async () => {
    await using lake = await openBucket();
    const name = "a/parts.csv" as ObjectName;
    await lake.inner.put(name, [Buffer.from("0123456789")]);
    for (const [at, bytes, part] of [
      [2, 3, "234"],
      [8, 9, "89"],
      [20, 1, ""],
    ] as const) {
      server.trouble(/GET .*parts.csv/, { kind: "no range" });
      expect((await lake.inner.slice?.(name, at, bytes))?.toString()).toBe(part);
    }
  });

  const name = "a/b.csv" as ObjectName;
  const large = Buffer.alloc(40_000_000, "0123456789abcdef\n");

  it("tries again where another writes the same name at the same time", async () => {
    await using store = await openS3();
    server.trouble(/PUT .*b.csv/, {
      kind: "status",
      status: 409,
      code: "ConditionalRequestConflict",
    });
    expect(await store.put(name, [Buffer.from("x")])).toBe("stored");
  });

  it("waits out throttling", async () => {
    await using store = await openS3();
    server.trouble(/PUT .*b.csv/, { kind: "status", status: 503, code: "SlowDown" });
    server.trouble(/PUT .*b.csv/, { kind: "status", status: 500, code: "InternalError" });
    expect(await store.put(name, [Buffer.from("x")])).toBe("stored");
  });

  it("has stored once what it was told nothing of", async () => {
    await using store = await openS3();
    server.trouble(/PUT .*b.csv/, { kind: "lost answer" });
    // Sent again, it meets itself; whoever put it compares the bytes.
    expect(await store.put(name, [Buffer.from("x")])).toBe("exists");
    expect((await store.get(name))?.toString()).toBe("x");
  });

  it("begins again where a body breaks off", async () => {
    await using store = await openS3();
    await store.put(name, [Buffer.from("0123456789")]);
    server.trouble(/GET .*b.csv/, { kind: "broken body" });
    expect((await store.get(name))?.toString()).toBe("0123456789");
    server.trouble(/GET .*b.csv/, { kind: "broken body" });
    await using lent = await store.fetch(name);
    expect((await readdir(join(lent.path, ".."))).length).toBe(1);
  });

  it("sends a large object in parts, and whole", async () => {
    await using store = await openS3();
    const chunks = Array.from({ length: 40 }, (_, i) => large.subarray(i * 1e6, (i + 1) * 1e6));
    expect(await store.put(name, chunks)).toBe("stored");
    expect((await store.get(name))?.equals(large)).toBe(true);
    expect(await store.put(name, [Buffer.alloc(20_000_000)])).toBe("exists");
    expect((await store.get(name))?.equals(large)).toBe(true);
    expect(server.uploads).toBe(0);
  });

  it("shows nothing of a large object that failed, and leaves no parts", async () => {
    await using store = await openS3();
    server.trouble(/PUT .*partNumber=2/, { kind: "status", status: 403, code: "AccessDenied" });
    const put = store.put(name, [large]);
    await expect(put).rejects.toMatchObject({ code: "LAKE_WRITE_FAILED" });
    await expect(put).rejects.toThrow(/AccessDenied.*403/);
    expect(await store.get(name)).toBeUndefined();
    expect(server.uploads).toBe(0);
  });

  it("removes the parts a killed writer left, when it is opened for writing", async () => {
    await using first = await openS3();
    server.trouble(/PUT .*partNumber=1/, { kind: "status", status: 403, code: "AccessDenied" });
    server.trouble(/DELETE .*uploadId/, { kind: "status", status: 403, code: "AccessDenied" });
    await expect(first.put(name, [large])).rejects.toThrow("AccessDenied");
    expect(server.uploads).toBe(1);
    const place = remotePlace(server.url, `p${prefixes}/`, await newFolder());
    await using reader = await openLake({ place, writes: false });
    expect(server.uploads).toBe(1);
    await using writer = await openLake({ place, writes: true });
    expect(server.uploads).toBe(0);
    expect(reader).not.toBe(writer);
  });

  it("deletes the local copies it lent, and those of processes that are no more", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "999999999-left"), "x");
    const place = remotePlace(server.url, "lent/", folder);
    await using lake = await openLake({ place, writes: true });
    await lake.store.put(name, [Buffer.from("x")]);
    await (await lake.store.fetch(name))[Symbol.asyncDispose]();
    expect(await readdir(folder)).toEqual([]);
  });

  it("tells what is wrong before anything runs", async () => {
    const place = remotePlace(server.url, "refused/", await newFolder());
    server.trouble(/GET .*list-type/, { kind: "status", status: 403, code: "AccessDenied" });
    const opened = openLake({ place, writes: true });
    await expect(opened).rejects.toMatchObject({ code: "LAKE_UNREACHABLE" });
    await expect(opened).rejects.toThrow(/s3:\/\/lake\/refused\/.*AccessDenied/);
  });
});
