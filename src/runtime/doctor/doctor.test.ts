/** The doctor finds what is wrong with a machine, a folder, a port and a package, and leaves nothing behind. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { kafkaSource } from "../../define/sources/kafka.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import { openDataFolder } from "../data-folder.ts";
import { checkDisk } from "./disk.ts";
import { examine } from "./doctor.ts";
import { checkFolder } from "./folder.ts";
import { checkClock, checkNode, checkPort } from "./machine.ts";
import { checkModels } from "./models.ts";
import { checkDrivers, driversOf } from "./places.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-doctor-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the machine", () => {
  it("has a Node that is new enough, and a clock that has been set", () => {
    expect(checkNode("24.0.0").state).toBe("ok");
    expect(checkNode("22.9.1")).toMatchObject({
      state: "fail",
      remedy: expect.stringMatching(/24/),
    });
    expect(checkClock(Date.UTC(2027, 1, 1)).state).toBe("ok");
    expect(checkClock(0)).toMatchObject({ state: "fail", says: expect.stringContaining("1970") });
  });

  it("has the port free, or says who has it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const data = join(folder, "port");
    const asked = { host: "127.0.0.1", port, data };
    expect(await checkPort(asked)).toMatchObject({
      state: "fail",
      remedy: expect.stringContaining("--port"),
    });
    mkdirSync(data);
    writeFileSync(join(data, "endpoint.json"), `{"url":"http://127.0.0.1:${port}","pid":1}`);
    expect(await checkPort(asked)).toMatchObject({
      state: "ok",
      says: expect.stringContaining("process 1"),
    });
    await new Promise((resolve) => server.close(resolve));
    expect((await checkPort(asked)).says).toBe(`${port} on 127.0.0.1 is free`);
    const elsewhere = await checkPort({ ...asked, host: "192.0.2.1" });
    expect(elsewhere).toMatchObject({
      state: "fail",
      says: expect.stringContaining("EADDRNOTAVAIL"),
    });
  });
});

describe("the models", () => {
  it("are read without running any: right, wrong, and not there", async () => {
    const models = join(folder, "models");
    const streams = { sales: { schema: z.object({ id: z.string() }) } };
    const plan = planPipeline({ name: "t", streams, models }, join(folder, "pipeline.ts"));
    expect(await checkModels(plan)).toMatchObject([
      { state: "warn", says: expect.stringContaining("no .sql file") },
    ]);
    mkdirSync(models);
    writeFileSync(join(models, "shops.sql"), "select id from {{ sales }}");
    expect(await checkModels(plan)).toMatchObject([{ state: "ok", says: "shops" }]);
    writeFileSync(join(models, "towns.sql"), "select id from {{ all sales }}");
    expect(await checkModels(plan)).toMatchObject([
      { state: "warn", says: expect.stringContaining("towns.sql:1") },
    ]);
    expect(await checkModels(undefined)).toEqual([]);
  });
});

describe("the disk", () => {
  it("is written to as the log writes, and left as it was", async () => {
    const data = join(folder, "disk");
    const before = await checkDisk({ data, freeBytesMin: 1 });
    expect(before.find(({ about }) => about === "sync")?.says).toMatch(
      /a synced write takes [\d.]+ ms/,
    );
    expect(existsSync(data)).toBe(false);
    mkdirSync(data);
    await checkDisk({ data, freeBytesMin: 1 });
    expect(readdirSync(data)).toEqual([]);
  });

  it("fails when it cannot be written, and when it is too full", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    const [first] = await checkDisk({ data: join(file, "data"), freeBytesMin: 1 });
    expect(first).toMatchObject({ about: "data folder", state: "fail" });
    const full = await checkDisk({ data: folder, freeBytesMin: 1e18 });
    expect(full.find(({ about }) => about === "free disk")).toMatchObject({ state: "fail" });
  });

  it.skipIf(!existsSync("/dev/shm"))("is told from memory", async () => {
    const findings = await checkDisk({ data: "/dev/shm/millrace-none", freeBytesMin: 1 });
    expect(findings.find(({ about }) => about === "file system")).toMatchObject({
      state: "warn",
      says: expect.stringContaining("tmpfs"),
    });
  });
});

describe("the data folder", () => {
  it("is free, somebody's, or another pipeline's", () => {
    const data = join(folder, "owned");
    expect(checkFolder(data, "t").state).toBe("ok");
    {
      using held = openDataFolder(data, "t");
      held.announce("http://127.0.0.1:1", "/nowhere/pipeline.ts");
      expect(checkFolder(data, "t").says).toContain(`process ${process.pid} at http://127.0.0.1:1`);
    }
    expect(checkFolder(data, "t").says).toContain("free; the folder is t's");
    expect(checkFolder(data, "other")).toMatchObject({ state: "fail" });
  });
});

describe("packages", () => {
  const schema = z.object({ a: z.string() });

  it("are asked for where a source or an address needs them", () => {
    const plan = planPipeline(
      {
        name: "t",
        streams: { s: { schema } },
        sources: { k: kafkaSource({ stream: "s", from: "kafka://127.0.0.1:9092/t" }) },
      },
      "/nowhere/pipeline.ts",
    );
    const lake = {
      kind: "s3",
      bucket: "b",
      prefix: "",
      region: undefined,
      endpoint: undefined,
    } as const;
    const stream = { kind: "log" } as const;
    const texts = { lake: "s3://b", stream: "embedded", warehouse: "embedded" };
    expect(
      driversOf(plan, { texts, lake, stream, warehouse: undefined }).map((need) => need.package),
    ).toEqual(["@aws-sdk/client-s3", "@platformatic/kafka"]);
    expect(driversOf(undefined, undefined)).toEqual([]);
    expect(checkDrivers([{ what: "A lake", package: "@nobody/has-this" }])).toEqual([
      expect.objectContaining({
        state: "fail",
        remedy: "Install it beside Millrace: npm install @nobody/has-this",
      }),
    ]);
    expect(checkDrivers([{ what: "A test", package: "vitest" }])[0]?.state).toBe("ok");
  });
});

it("tells of a definition that is not there and of an address that is none, and goes on", async () => {
  const options = { data: join(folder, "none"), host: "127.0.0.1", port: 0 };
  const nothing = join(folder, "no-pipeline-here");
  const findings = await examine({ ...options, pipeline: nothing, places: { lake: "ftp://x" } });
  const wrong = findings.filter(({ state }) => state === "fail");
  expect(wrong.map(({ about }) => about)).toEqual(["definition", "addresses"]);
  expect(wrong.every(({ remedy }) => (remedy ?? "") !== "")).toBe(true);
  expect(findings.map(({ about }) => about)).toContain("sync");
});
