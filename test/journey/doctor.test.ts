/** millrace doctor and millrace bench as commands: against a server that speaks S3, and on an example. */

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runtimeDoors } from "../../src/cli/doors.ts";
import { runCommand, scriptedWorld } from "../../src/cli/scripted-world.ts";
import { BUCKET, remotePlace } from "../s3/place.ts";
import { startS3Server } from "../s3/server.ts";

const people = join(import.meta.dirname, "../../examples/people");
const folder = mkdtempSync(join(tmpdir(), "millrace-doctor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  readonly ok: boolean;
  readonly findings: readonly { about: string; state: string; says: string; remedy?: string }[];
}

async function doctor(...more: string[]): Promise<{ code: number; told: Told }> {
  const args = ["doctor", people, "--data", join(folder, "data"), "--port", "0", "--json", ...more];
  const { code, out } = await runCommand(args, scriptedWorld(), runtimeDoors);
  return { code, told: JSON.parse(out) as Told };
}

describe("millrace doctor", () => {
  it("says that all is well, one line each, in words too", async () => {
    const { code, told } = await doctor();
    expect(code).toBe(0);
    expect(told.ok).toBe(true);
    expect(told.findings.map(({ about }) => about)).toEqual(
      expect.arrayContaining([
        "node",
        "clock",
        "definition",
        "data folder",
        "sync",
        "lock",
        "port",
      ]),
    );
    const args = ["doctor", people, "--data", join(folder, "data"), "--port", "0"];
    const { out } = await runCommand(args, scriptedWorld(), runtimeDoors);
    expect(out).toMatch(/^ok {2,}node {2,}24\./m);
    expect(out).toContain("It can start.");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("asks the bucket, and says when nobody answers there", async () => {
    const server = await startS3Server();
    remotePlace(server.url, "", folder);
    const lake = `s3://${BUCKET}/prefix?endpoint=${server.url}&region=us-east-1`;
    const well = await doctor("--lake", lake);
    expect(well.told.findings.find(({ about }) => about === "lake")).toMatchObject({ state: "ok" });
    expect(server.calls.length).toBeGreaterThan(0);
    server.trouble(/^GET/, { kind: "status", status: 403, code: "InvalidAccessKeyId" });
    const refused = await doctor("--lake", lake);
    expect(refused.code).toBe(1);
    expect(refused.told.findings.find(({ about }) => about === "lake")).toMatchObject({
      state: "fail",
      says: expect.stringContaining("InvalidAccessKeyId"),
      remedy: expect.stringMatching(/./),
    });
    await server[Symbol.asyncDispose]();
    const gone = await doctor("--lake", lake);
    expect(gone.code).toBe(1);
    expect(gone.told.ok).toBe(false);
  });
});

describe("millrace bench", () => {
  it("measures an example, whose books balance, and deletes its folder", async () => {
    const place = mkdtempSync(join(folder, "bench-"));
    const args = ["bench", people, "--seconds", "1", "--batch", "50", "--folder", place, "--json"];
    const { code, out, err } = await runCommand(args, scriptedWorld(), runtimeDoors);
    expect({ code, err: err.replaceAll(/^.* for 1 s$/gm, "").trim() }).toEqual({
      code: 0,
      err: "",
    });
    const told = JSON.parse(out) as Record<string, never> & {
      full: Record<string, number>;
      single: Record<string, number>;
      lag: Record<string, number>;
    };
    expect(told).toMatchObject({
      pipeline: "people",
      stream: "people",
      books: "BALANCED",
      machine: { node: process.versions.node },
    });
    expect(told.full).toMatchObject({ rejected: 0, failed: 0, duplicates: 0 });
    expect(told.full["accepted"]).toBe((told.full["requests"] ?? 0) * 50);
    expect(told.queryablePerSecond).toBeGreaterThan(1);
    expect(told.single["accepted"]).toBeGreaterThan(3);
    expect(told.lag["p50"]).toBeGreaterThan(0);
    expect(told.lag["p99"]).toBeGreaterThanOrEqual(told.lag["p50"] ?? 0);
    expect(readdirSync(place)).toEqual([]);
  });

  it("says why the pipeline takes none of the events, and which streams there are", async () => {
    const run = (...more: string[]): ReturnType<typeof runCommand> =>
      runCommand(["bench", people, "--seconds", "1", ...more], scriptedWorld(), runtimeDoors);
    expect(await run("--stream", "none")).toMatchObject({
      code: 2,
      err: expect.stringContaining("there are people"),
    });
    const wrong = join(people, "README.md");
    expect(await run("--sample", wrong)).toMatchObject({ code: 4 });
  });
});
