/** The client as a browser loads it: small, with no dependency, and nothing lost when its page goes away. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, onTestFinished, test } from "vitest";
import { openClient } from "../../src/client/index.ts";
import { RunningPipeline } from "../journey/running.ts";
import { openBrowser } from "./chromium.ts";

const BYTES_MAX = 4096;
const off = process.env["MILLRACE_BROWSER"] === "off";

async function bundle(): Promise<string> {
  const made = await build({
    entryPoints: [join(import.meta.dirname, "../../src/client/index.ts")],
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "millrace",
    write: false,
    metafile: true,
  });
  expect(Object.keys(made.metafile.inputs)).toHaveLength(1);
  return made.outputFiles[0]?.text ?? "";
}

test("the client is under 4 KB gzipped, with nothing beside it", async () => {
  expect(gzipSync(await bundle()).length).toBeLessThan(BYTES_MAX);
});

test("in Node, against a running gateway: accepted, refused with reasons, and no batch twice", async () => {
  const running = new RunningPipeline("examples/people");
  onTestFinished(() => running[Symbol.asyncDispose]());
  await running.start();
  const refused: string[] = [];
  let lose = true;
  const client = openClient<{ Id: string; Name: string }>({
    url: running.url,
    stream: "people",
    waitMs: 60_000,
    onRefused: (list) =>
      refused.push(...list.map(({ event, reasons }) => `${event.Name} ${reasons[0]?.code}`)),
    // The first answer is lost on its way: the batch is stored, and its sender does not know.
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      if (lose) {
        lose = false;
        throw new TypeError("the answer was lost");
      }
      return answer;
    },
  });
  client.send({ Id: "1", Name: "Ada" });
  client.send({ Id: "2", Name: "Bob" });
  await client.flush();
  expect(client.waiting).toBe(2);
  client.send({ Id: " ", Name: "Cid" });
  await client.flush();
  await client.close();
  expect(refused).toEqual(["Cid FIELD_FORMAT"]);
  await running.drain();
  expect(running.ask("select count(*) from raw_people")).toBe("2");
});

describe.skipIf(off)("in Chromium", () => {
  test("what is sent just before the page goes away arrives", async () => {
    await using open = await openBrowser();
    const script = await bundle();
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      if (request.method === "POST") {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => {
          bodies.push(body);
          response.writeHead(202, { "content-type": "application/json" }).end('{"records":[]}');
        });
      } else {
        response.writeHead(200, { "content-type": "text/html" }).end("<p>a page</p>");
      }
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const page = await open?.browser.newPage();
    await page?.goto(url);
    await page?.addScriptTag({ content: script });
    await page?.evaluate(
      `globalThis.client = millrace.openClient({ url: "${url}", stream: "s", waitMs: 60000 }); client.send({ n: 1 })`,
    );
    expect(bodies).toEqual([]);
    await page?.goto(`${url}/elsewhere`);
    await expect.poll(() => bodies, { timeout: 10_000 }).toContainEqual('{"n":1}');
  });
});
