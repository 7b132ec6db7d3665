/** Memory and stopping of a send. */

import { Agent } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { answerJson, openPipeline, scriptedWorld } from "../scripted-world.ts";
import type { Input } from "./open-input.ts";
import { sendFile } from "./send-file.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const CHUNK_BYTES = 262_144;
const line = `${"7".repeat(1023)}\n`;

function inputOf(chunks: AsyncIterable<Buffer>, live: boolean): Input {
  return { name: "f", format: "ndjson", bytesTotal: undefined, live, bytesRead: () => 0, chunks };
}

test.each([true, false])("chunks that were sent are let go of (live: %s)", async (live) => {
  await using pipeline = await openPipeline((_, response) =>
    answerJson(response, 202, { accepted: 1, rejected: 0 }),
  );
  const given: WeakRef<Buffer>[] = [];
  let mostAlive = 0;
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let turn = 0; turn < 40; turn += 1) {
      const chunk = Buffer.alloc(CHUNK_BYTES, line);
      given.push(new WeakRef(chunk));
      yield chunk;
      if (turn % 20 === 19) {
        // Weak references hold their target until the present turn of the loop is over.
        await new Promise((resolve) => setImmediate(resolve));
        collect();
        mostAlive = Math.max(mostAlive, given.filter((one) => one.deref() !== undefined).length);
      }
    }
  }
  using agent = disposable(new Agent({ keepAlive: true }));
  const sent = await sendFile(
    inputOf(chunks(), live),
    optionsOf(pipeline.url, agent.it),
    scriptedWorld(),
  );
  expect(sent.records).toBe((40 * CHUNK_BYTES) / line.length);
  expect(mostAlive).toBeLessThan(8);
});

test("a stop ends the reading of a pipe that stays open, after what it gave was sent", async () => {
  await using pipeline = await openPipeline((_, response) =>
    answerJson(response, 202, { accepted: 1, rejected: 0 }),
  );
  const stop = new AbortController();
  async function* chunks(): AsyncGenerator<Buffer> {
    yield Buffer.from(`${line}7`);
    setImmediate(() => stop.abort());
    await new Promise<never>(() => {});
  }
  using agent = disposable(new Agent());
  const options = { ...optionsOf(pipeline.url, agent.it), stop: stop.signal };
  const sent = await sendFile(inputOf(chunks(), true), options, scriptedWorld());
  expect(sent).toMatchObject({ records: 1, damage: undefined });
  expect(pipeline.asked.map(({ body }) => body.toString())).toEqual([line]);
});

function optionsOf(base: string, agent: Agent): Parameters<typeof sendFile>[1] {
  const never = new AbortController().signal;
  return {
    route: {
      base,
      stream: "s",
      agent,
      gzip: false,
      retryForMs: 0,
      giveUp: never,
      onWait: () => {},
    },
    inFlightMax: 2,
    stop: never,
    onAnswer: () => Promise.resolve(),
  };
}

function disposable(it: Agent): Disposable & { readonly it: Agent } {
  return { it, [Symbol.dispose]: () => it.destroy() };
}
