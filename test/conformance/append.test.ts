/** Every stream's appender against the one suite. */

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { openStream, openStreamReader } from "../../src/stages/stream/index.ts";
import { APPEND_CASES, type AppendSubject } from "../../src/testing/conformance/append.ts";
import { openMemoryLog } from "../../src/testing/memory/append.ts";
import { openMemoryReader } from "../../src/testing/memory/consume.ts";

type Use = (subject: AppendSubject) => Promise<void>;

async function withMemory(use: Use): Promise<void> {
  const appender = openMemoryLog({ shards: 4 });
  await use({ appender, reader: openMemoryReader(appender) });
}

async function withLog(use: Use, segmentBytes: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-append-"));
  try {
    const where = { folder: join(folder, "events"), stream: "events" };
    const made = { shards: 4, clock: systemClock, random: randomBytes, segmentBytes };
    await using appender = await openStream({ ...where, ...made });
    await using reader = await openStreamReader({ ...where, shared: appender.shared });
    await use({ appender, reader });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const SUBJECTS: Readonly<Record<string, (use: Use) => Promise<void>>> = {
  memory: withMemory,
  log: (use) => withLog(use, 67_108_864),
  "log of small segments": (use) => withLog(use, 1_179_648),
};

describe.each(Object.entries(SUBJECTS))("append to %s", (_name, withSubject) => {
  it.each(APPEND_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await expect(withSubject(run)).resolves.toBeUndefined();
  });
});
