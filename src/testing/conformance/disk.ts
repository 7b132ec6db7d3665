/** What every disk must do, as named cases over a fresh, empty folder. */

import { deepEqual, equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { replaceText, type Disk } from "../../base/disk.ts";

export interface DiskSubject {
  readonly disk: Disk;
  /** A folder that is there and empty. */
  readonly folder: string;
}

export interface DiskCase {
  readonly name: string;
  readonly run: (subject: DiskSubject) => Promise<void>;
}

const TAKEN = { code: "EEXIST" };
const ABSENT = { code: "ENOENT" };

export const DISK_CASES: readonly DiskCase[] = [
  {
    name: "says undefined, false or nothing of what is not there",
    async run({ disk, folder }) {
      const nowhere = join(folder, "a", "b");
      equal(await disk.readFile(nowhere), undefined);
      equal(await disk.readFile(folder), undefined);
      equal(await disk.stat(nowhere), undefined);
      equal(await disk.openForReading(nowhere), undefined);
      deepEqual(await disk.list(nowhere), []);
      equal(await disk.remove(nowhere), false);
      await disk.removeFolder(nowhere);
    },
  },
  {
    name: "refuses what cannot be: a taken name, a file to write or to rename that is not there",
    async run({ disk, folder }) {
      const [one, two] = [join(folder, "one"), join(folder, "two")];
      await disk.writeFile(one, [Buffer.from("1")]);
      await rejects(disk.writeFile(one, []), TAKEN);
      await rejects(disk.open(one, "create"), TAKEN);
      await rejects(disk.open(two, "write"), ABSENT);
      await rejects(disk.rename(two, join(folder, "three")), ABSENT);
      await rejects(disk.link(two, join(folder, "three")), ABSENT);
      await rejects(disk.link(one, one), TAKEN);
      await rejects(disk.writeFile(join(folder, "none", "deep"), []), ABSENT);
    },
  },
  {
    name: "keeps the bytes of a file, under both its names, until the last is removed",
    async run({ disk, folder }) {
      const [one, two] = [join(folder, "one"), join(folder, "two")];
      await disk.writeFile(one, [Buffer.from("ab"), Buffer.alloc(0), Buffer.from("c")]);
      await disk.link(one, two);
      equal(await disk.remove(one), true);
      equal(String(await disk.readFile(two)), "abc");
      deepEqual(await disk.stat(two), { kind: "file", bytes: 3 });
      equal(await disk.stat(one), undefined);
    },
  },
  {
    name: "writes and reads where it is told, and fills gaps with zeros",
    async run({ disk, folder }) {
      const path = join(folder, "file");
      const file = await disk.open(path, "create");
      await file.write(Buffer.from("..tail"), { from: 2, to: 6 }, 8);
      await file.write(Buffer.from("head"), { from: 0, to: 4 }, 0);
      await file.close();
      equal(String(await disk.readFile(path)), "head\0\0\0\0tail");
      const reading = await disk.openForReading(path);
      const bytes = Buffer.alloc(10);
      equal(await reading?.read(bytes, { from: 1, to: 9 }, 6), 6);
      equal(bytes.toString("latin1", 1, 7), "\0\0tail");
      // What is open stays readable after its name is gone.
      await disk.remove(path);
      equal(await reading?.read(bytes, { from: 0, to: 4 }, 0), 4);
      await reading?.close();
    },
  },
  {
    name: "makes folders as deep as asked, lists them, and removes them with all they hold",
    async run({ disk, folder }) {
      await disk.makeFolder(join(folder, "a", "b"));
      await disk.makeFolder(join(folder, "a", "b"));
      await disk.writeFile(join(folder, "a", "file"), []);
      await disk.syncFolder(join(folder, "a"));
      const found = [...(await disk.list(join(folder, "a")))];
      found.sort((x, y) => (x.name < y.name ? -1 : 1));
      deepEqual(found, [
        { name: "b", kind: "folder" },
        { name: "file", kind: "file" },
      ]);
      equal((await disk.stat(join(folder, "a")))?.kind, "folder");
      await disk.removeFolder(join(folder, "a"));
      deepEqual(await disk.list(folder), []);
    },
  },
  {
    name: "removes a folder only when nothing is in it",
    async run({ disk, folder }) {
      const [deep, path] = [join(folder, "a", "b"), join(folder, "a", "file")];
      await disk.makeFolder(deep);
      await disk.writeFile(path, []);
      equal(await disk.removeEmptyFolder(deep), true);
      equal(await disk.stat(deep), undefined);
      equal(await disk.removeEmptyFolder(join(folder, "a")), false);
      equal(await disk.removeEmptyFolder(deep), false);
      equal(await disk.removeEmptyFolder(path), false);
      equal((await disk.stat(path))?.kind, "file");
    },
  },
  {
    name: "puts a renamed file in the place of another",
    async run({ disk, folder }) {
      const path = join(folder, "text");
      await disk.writeFile(`${path}.new`, [Buffer.from("half")]);
      await replaceText(disk, path, "first");
      await replaceText(disk, path, "second");
      equal(String(await disk.readFile(path)), "second");
      equal(await disk.stat(`${path}.new`), undefined);
    },
  },
];
