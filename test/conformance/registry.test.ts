/** Registries over every object store against the one suite. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ObjectStore } from "../../src/seams/store.ts";
import { folderPlace, openLake, openRegistry } from "../../src/stages/lake/index.ts";
import { REGISTRY_CASES } from "../../src/testing/conformance/registry.ts";
import { openMemoryStore } from "../../src/testing/memory/store.ts";
import { remotePlace } from "../s3/place.ts";
import { type S3Server, startS3Server } from "../s3/server.ts";

let server: S3Server;
let folder: string;
let opened = 0;

beforeAll(async () => {
  server = await startS3Server();
  folder = await mkdtemp(join(tmpdir(), "millrace-registry-"));
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const STORES: Readonly<Record<string, () => Promise<ObjectStore>>> = {
  memory: async () => openMemoryStore(),
  "a folder": async () => {
    opened += 1;
    const place = folderPlace(join(folder, `${opened}`));
    return (await openLake({ place, writes: true })).store;
  },
  s3: async () => {
    opened += 1;
    const place = remotePlace(server.url, `r${opened}/`, folder);
    return (await openLake({ place, writes: false })).store;
  },
};

describe.each(Object.entries(STORES))("a registry in %s", (_name, open) => {
  it.each(REGISTRY_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await using store = await open();
    const subject = { registry: openRegistry(store), elsewhere: () => openRegistry(store) };
    await expect(run(subject)).resolves.toBeUndefined();
  });
});
