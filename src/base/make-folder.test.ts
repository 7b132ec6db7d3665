/** Folders are made with those above them, and where none can be made that is said, by both ways of making them. */

import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolder, makeFolderNow, OWNER_ONLY } from "./make-folder.ts";

let root = "";
let above: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "millrace-folder-"));
  above = [];
});
afterEach(() => rmSync(root, { recursive: true }));

const note = async (path: string): Promise<void> => void above.push(path);

describe.each([
  ["at once", async (path: string) => makeFolderNow(path)],
  ["beside the thread", (path: string) => makeFolder(path, note)],
])("%s", (_how, make) => {
  it("is made with what is missing above it, and once more without harm", async () => {
    const deep = join(root, "a/b/c");
    await make(deep);
    await make(deep);
    expect(statSync(deep).isDirectory()).toBe(true);
    await make("/");
  });

  it("is refused where a file is in the way", async () => {
    const file = join(root, "file");
    writeFileSync(file, "");
    await expect(make(file)).rejects.toMatchObject({ code: "EEXIST" });
    await expect(make(join(file, "a/b"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  it.runIf(process.platform === "linux")("is refused where none can be", async () => {
    await expect(make("/proc/millrace/a/b")).rejects.toMatchObject({ code: "ENOENT" });
  });
});

it("tells of each new name, from the top", async () => {
  const deep = join(root, "a/b");
  await makeFolder(deep, note);
  expect(above).toEqual([dirname(join(root, "a")), join(root, "a")]);
});

it("is its owner's alone where it keeps data, and so is each that is made above it", () => {
  makeFolderNow(join(root, "a/b"), OWNER_ONLY);
  const modes = ["a", "a/b"].map((name) => statSync(join(root, name)).mode & 0o777);
  expect(modes).toEqual([OWNER_ONLY, OWNER_ONLY]);
});
