/** What a folder owes beyond the store's suite: leftovers, half-written bytes, disks that refuse. */

import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeDisk } from "../../../base/node-disk.ts";
import { type ObjectName } from "../../../base/object-name.ts";
import { renameIfAbsent } from "./link.ts";
import { openFolderStore } from "./store.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-folder-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("openFolderStore", () => {
  it("clears what a killed writer left, and only when it writes", async () => {
    await mkdir(join(folder, ".tmp"));
    await writeFile(join(folder, ".tmp", "half"), "x");
    await using reader = await openFolderStore({ folder, writes: false });
    expect(await readdir(join(folder, ".tmp"))).toEqual(["half"]);
    await using writer = await openFolderStore({ folder, writes: true });
    expect(await readdir(join(folder, ".tmp"))).toEqual([]);
    expect(reader).not.toBe(writer);
  });

  it("leaves no temporary file behind, whether a put wins or not", async () => {
    await using store = await openFolderStore({ folder, writes: true });
    await store.put("a/b" as ObjectName, [Buffer.from("x")]);
    await store.put("a/b" as ObjectName, [Buffer.from("y")]);
    expect(await readdir(join(folder, ".tmp"))).toEqual([]);
    expect((await stat(join(folder, "a/b"))).nlink).toBe(1);
  });

  it("says LAKE_WRITE_FAILED and shows nothing when it cannot write", async () => {
    await using store = await openFolderStore({ folder, writes: true });
    await writeFile(join(folder, "a"), "a file where a folder should be");
    const put = store.put("a/b" as ObjectName, [Buffer.from("x")]);
    await expect(put).rejects.toMatchObject({ code: "LAKE_WRITE_FAILED" });
    expect(await store.get("a/b" as ObjectName)).toBeUndefined();
    expect(await readdir(join(folder, ".tmp"))).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)("says LAKE_READ_FAILED when it may not read", async () => {
    await using store = await openFolderStore({ folder, writes: true });
    await store.put("a" as ObjectName, [Buffer.from("x")]);
    await chmod(join(folder, "a"), 0);
    await expect(store.get("a" as ObjectName)).rejects.toMatchObject({ code: "LAKE_READ_FAILED" });
  });
});

function named(text: string): ObjectName {
  return text as ObjectName;
}

describe("folders whose last object is removed", () => {
  it("go, up to the lake's own, and those that hold anything stay", async () => {
    await using store = await openFolderStore({ folder, writes: true });
    for (const each of ["s/2026/01/a", "s/2026/01/b", "s/2026/02/c"]) {
      await store.put(named(each), [Buffer.from("x")]);
    }
    await store.remove(named("s/2026/01/a"));
    expect(await readdir(join(folder, "s/2026"))).toEqual(["01", "02"]);
    await store.remove(named("s/2026/01/b"));
    expect(await readdir(join(folder, "s/2026"))).toEqual(["02"]);
    await store.remove(named("s/2026/02/c"));
    expect(await readdir(folder)).toEqual([".tmp"]);
    await store.put(named("s/2026/02/d"), [Buffer.from("x")]);
    expect(await store.get(named("s/2026/02/d"))).toEqual(Buffer.from("x"));
  });

  it("take no object with them that is put meanwhile, whoever removes them", async () => {
    await using writer = await openFolderStore({ folder, writes: true });
    await using keeper = await openFolderStore({ folder, writes: false });
    const rounds = Array.from({ length: 100 }, (_none, round) => round);
    for (const round of rounds) {
      const [old, fresh] = [named(`s/1/${round}.old`), named(`s/1/${round}.new`)];
      await writer.put(old, [Buffer.from("x")]);
      // Side by side: the folder is emptied while it is written to.
      const [put] = await Promise.all([
        writer.put(fresh, [Buffer.from(String(round))]),
        keeper.remove(old),
        round === 0 ? undefined : keeper.remove(named(`s/1/${round - 1}.new`)),
      ]);
      expect(put).toBe("stored");
      expect(String(await writer.get(fresh))).toBe(String(round));
    }
  });
});

describe("renameIfAbsent", () => {
  it("names a file where links are unknown, and replaces nothing", async () => {
    const [first, second, target] = ["first", "second", "target"].map((name) => join(folder, name));
    await writeFile(first as string, "first");
    await writeFile(second as string, "second");
    expect(await renameIfAbsent(nodeDisk, first as string, target as string)).toBe("stored");
    expect(await renameIfAbsent(nodeDisk, second as string, target as string)).toBe("exists");
    expect(await readdir(folder)).toEqual(["second", "target"]);
  });
});
