/** A disk that is really full, under every writer at once: the door says so, and what was accepted arrives once there is room. */

import { spawnSync } from "node:child_process";
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { assert } from "../../src/base/assert.ts";
import { RunningPipeline } from "../journey/running.ts";

/** Logs lay their segments out beforehand, 64 MiB for each stream in use. */
const SIZE = "512m";
const SYSTEM = { mount: "mount", unmount: "umount" } as const;
const PIECE = Buffer.alloc(262_144, 1);
const BATCH = 20;
const LOOK = { timeout: 40_000, interval: 100 };

let running: RunningPipeline;
let mounted = false;

beforeEach(() => {
  running = new RunningPipeline("test/crash/narrow-pipeline");
  // Only root may mount; elsewhere the modelled disk fills up instead, in test/simulate.
  const args = ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", running.data];
  mounted = spawnSync(SYSTEM.mount, args).status === 0;
});

afterEach(async () => {
  await running.kill();
  if (mounted) {
    spawnSync(SYSTEM.unmount, ["-l", running.data]);
  }
  await running[Symbol.asyncDispose]();
});

/** Takes all the room there is. */
function fill(): void {
  try {
    for (;;) {
      appendFileSync(join(running.data, "filler"), PIECE);
    }
  } catch (thrown) {
    assert((thrown as NodeJS.ErrnoException).code === "ENOSPC", "the disk is full");
  }
}

interface Outcome {
  readonly status: number;
  readonly code: string | undefined;
}

const sent: string[] = [];

async function post(): Promise<Outcome> {
  const ids = Array.from({ length: BATCH }, (_none, i) => `d${sent.length + i}`);
  const lines = ids.map((id) => JSON.stringify({ id, text: "x".repeat(500) }));
  const { status, body } = await running.post("/v1/streams/notes/events", lines.join("\n"));
  if (status === 202) {
    sent.push(...ids);
  }
  return { status, code: (body as { error?: { code: string } }).error?.code };
}

it("refuses while there is no room, and loses nothing", { timeout: 180_000 }, async (context) => {
  context.skip(!mounted, "NOT TESTED HERE: mounting a small disk needs root");
  await running.start();
  expect(await post()).toMatchObject({ status: 202 });
  fill();
  // Until the next look at the disk the log itself may meet its end; both are told, and neither is a 202.
  await vi.waitFor(async () => {
    expect(await post()).toEqual({ status: 429, code: "DISK_LOW" });
  }, LOOK);
  expect(running.cli("status").out).toMatch(/of the disk are free/);
  rmSync(join(running.data, "filler"));
  await vi.waitFor(async () => expect(await post()).toMatchObject({ status: 202 }), LOOK);
  await running.drain();
  const [found] = await running.rows(
    "select count(*) as rows, count(distinct id) as ids from notes",
  );
  expect(found).toEqual({ rows: sent.length, ids: sent.length });
  expect(running.cli("verify", "--deep").out).toContain("BALANCED");
});
