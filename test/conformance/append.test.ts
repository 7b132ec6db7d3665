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
import { FakeKinesis } from "../../src/stages/stream/remote/kinesis.fixture.ts";
import { NOT_OVER_KINESIS, openOverKinesis } from "../kinesis/subject.ts";
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

async function withKinesis(use: Use): Promise<void> {
  await using subject = openOverKinesis(new FakeKinesis(1).open("events"), 1);
  await use(subject);
}

const SUBJECTS: Readonly<Record<string, (use: Use) => Promise<void>>> = {
  memory: withMemory,
  log: (use) => withLog(use, 67_108_864),
  "log of small segments": (use) => withLog(use, 1_179_648),
};

describe("append over Kinesis", () => {
  const cases = APPEND_CASES.filter(({ name }) => !NOT_OVER_KINESIS.has(name));
  it.each(cases.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await expect(withKinesis(run)).resolves.toBeUndefined();
  });
});

describe.each(Object.entries(SUBJECTS))("append to %s", (_name, withSubject) => {
  it.each(APPEND_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await expect(withSubject(run)).resolves.toBeUndefined();
  });
});
