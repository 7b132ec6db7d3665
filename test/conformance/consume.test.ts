/** Every stream's reader against the one suite. */

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { openStream, openStreamReader } from "../../src/stages/stream/index.ts";
import { CONSUME_CASES, type ConsumeSubject } from "../../src/testing/conformance/consume.ts";
import { openMemoryLog } from "../../src/testing/memory/append.ts";
import { FakeKinesis } from "../../src/stages/stream/remote/kinesis.fixture.ts";
import { openOverKinesis } from "../kinesis/subject.ts";
import { openMemoryReader } from "../../src/testing/memory/consume.ts";

type Use = (subject: ConsumeSubject) => Promise<void>;

async function withMemory(use: Use): Promise<void> {
  const appender = openMemoryLog({ shards: 4 });
  const another = (): Promise<ReturnType<typeof openMemoryReader>> =>
    Promise.resolve(openMemoryReader(appender));
  await use({ appender, reader: openMemoryReader(appender), another });
}

async function withLog(use: Use, segmentBytes: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-consume-"));
  try {
    const where = { folder: join(folder, "events"), stream: "events" };
    const made = { shards: 4, clock: systemClock, random: randomBytes, segmentBytes };
    await using appender = await openStream({ ...where, ...made });
    const another = (): ReturnType<typeof openStreamReader> =>
      openStreamReader({ ...where, shared: appender.shared });
    await using reader = await another();
    await use({ appender, reader, another });
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
  "a log that Kinesis feeds": withKinesis,
  log: (use) => withLog(use, 67_108_864),
};

describe.each(Object.entries(SUBJECTS))("consume from %s", (_name, withSubject) => {
  it.each(CONSUME_CASES.map((one) => [one.name, one] as const))("%s", async (_case, { run }) => {
    await expect(withSubject(run)).resolves.toBeUndefined();
  });
});
