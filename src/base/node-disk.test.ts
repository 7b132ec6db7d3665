/** The machine's disk: what is there, what is not, and writes that end early. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { replaceText } from "./disk.ts";
import { dropBytes, nodeDisk } from "./node-disk.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-disk-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("what is not there is undefined, false or empty, and never an error", async () => {
  const nowhere = join(folder, "a", "b");
  expect(await nodeDisk.readFile(nowhere)).toBeUndefined();
  expect(await nodeDisk.readFile(folder)).toBeUndefined();
  expect(await nodeDisk.stat(nowhere)).toBeUndefined();
  expect(await nodeDisk.openForReading(nowhere)).toBeUndefined();
  expect(await nodeDisk.list(nowhere)).toEqual([]);
  expect(await nodeDisk.remove(nowhere)).toBe(false);
  await nodeDisk.removeFolder(nowhere);
});

test("a file is made once, linked once, and removed", async () => {
  const [one, two] = [join(folder, "one"), join(folder, "two")];
  await nodeDisk.writeFile(one, [Buffer.from("ab"), Buffer.from("c")]);
  await expect(nodeDisk.writeFile(one, [])).rejects.toMatchObject({ code: "EEXIST" });
  await nodeDisk.link(one, two);
  await expect(nodeDisk.link(one, two)).rejects.toMatchObject({ code: "EEXIST" });
  expect(await nodeDisk.list(folder)).toEqual([
    { name: "one", kind: "file" },
    { name: "two", kind: "file" },
  ]);
  expect(await nodeDisk.stat(two)).toEqual({ kind: "file", bytes: 3 });
  expect(await nodeDisk.remove(one)).toBe(true);
  expect(String(await nodeDisk.readFile(two))).toBe("abc");
});

test("a text is replaced whole, over what a killed attempt left", async () => {
  const path = join(folder, "deep", "er", "text");
  await nodeDisk.makeFolder(join(folder, "deep", "er"));
  await nodeDisk.writeFile(`${path}.new`, [Buffer.from("half")]);
  await replaceText(nodeDisk, path, "first");
  await replaceText(nodeDisk, path, "second");
  expect(String(await nodeDisk.readFile(path))).toBe("second");
  expect(await nodeDisk.stat(`${path}.new`)).toBeUndefined();
});

test("a write goes on where a short one ended", () => {
  const chunks = ["abc", "", "de", "f"].map((text) => Buffer.from(text));
  const whole = "abcdef";
  for (let count = 0; count <= whole.length; count += 1) {
    expect(Buffer.concat(dropBytes(chunks, count)).toString()).toBe(whole.slice(count));
  }
});
