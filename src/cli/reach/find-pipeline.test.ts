/** Which pipeline is meant: the one named, the data folder's, or the usual address. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findPipeline, URL_DEFAULT } from "./find-pipeline.ts";

const data = mkdtempSync(join(tmpdir(), "millrace-find-"));
afterAll(() => rmSync(data, { recursive: true }));
const endpoint = join(data, "endpoint.json");
const other = "http://127.0.0.1:9";

test("an address that is named wins, without its trailing slash", () => {
  expect(findPipeline({ url: "http://h:1/", data })).toEqual({
    url: "http://h:1",
    data: undefined,
  });
  expect(findPipeline({ url: "https://h/p/?q#f" }).url).toBe("https://h/p");
});

test("the data folder's own pipeline, as long as its process lives", () => {
  writeFileSync(endpoint, JSON.stringify({ url: other, pid: 7 }));
  expect(findPipeline({ data }, (pid) => pid === 7)).toEqual({ url: other, data });
  // Whatever answers at the usual address need not be the pipeline of this folder.
  expect(findPipeline({ data }, () => false)).toEqual({ url: undefined, data });
});

test.each(["", "{", "[]", '{"url":1,"pid":2}'])("an endpoint.json of %j says nothing", (text) => {
  writeFileSync(endpoint, text);
  expect(findPipeline({ data }, () => true)).toEqual({ url: undefined, data });
});

test("the usual address when nothing is named", () => {
  expect(findPipeline({}, () => false).url).toBe(URL_DEFAULT);
  expect(findPipeline({ data: join(data, "none") }, () => true)).toEqual({
    url: undefined,
    data: undefined,
  });
});
