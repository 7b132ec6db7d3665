/** millrace init: what it writes and says, what it never touches, and whom it asks. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { askOn, type Ask } from "../init/ask.ts";
import { runCommand, scriptedWorld } from "../scripted-world.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-init-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a new folder gets the project, and the person the next steps", async () => {
  const at = join(folder, "deep", "my shop");
  const { code, out } = await runCommand(["init", at, "--template", "webhook"]);
  expect(code).toBe(0);
  expect(out).toContain("Made my-shop in ");
  expect(out).toMatch(/cd '.*deep\/my shop'\n {2}npm install\n {2}npm test\n {2}GITHUB_/);
  expect(readFileSync(join(at, "schema.ts"), "utf8")).toContain("export const push");
});

test("programs get JSON, with defaults for what they did not say", async () => {
  const { code, out } = await runCommand(["init", join(folder, "shop"), "--json"]);
  expect(code).toBe(0);
  const made = JSON.parse(out) as { files: string[]; next: string[] };
  expect(made).toMatchObject({ name: "shop", template: "blank", folder: join(folder, "shop") });
  expect(made.next).toContain("npm start");
  for (const path of made.files) {
    expect(existsSync(join(folder, "shop", path))).toBe(true);
  }
});

test("what is there stays: the whole project is refused, and nothing written", async () => {
  writeFileSync(join(folder, "README.md"), "mine");
  symlinkSync("nowhere", join(folder, "tsconfig.json"));
  const { code, err } = await runCommand(["init", folder]);
  expect(code).toBe(4);
  expect(err).toContain("README.md, tsconfig.json. Nothing was written.");
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("mine");
  expect(readdirSync(folder).toSorted()).toEqual(["README.md", "tsconfig.json"]);
});

test("a folder with other things in it is fine", async () => {
  mkdirSync(join(folder, ".git"));
  expect((await runCommand(["init", folder])).code).toBe(0);
});

test("a file where a folder should be: said, and nothing is left behind", async () => {
  writeFileSync(join(folder, "models"), "mine");
  const { code, err } = await runCommand(["init", folder]);
  expect(code).toBe(4);
  expect(err).toContain("The output could not be written");
  expect(readdirSync(folder)).toEqual(["models"]);
});

test("an unknown template is wrong usage", async () => {
  const { code, err } = await runCommand(["init", folder, "--template", "nope"]);
  expect(code).toBe(2);
  expect(err).toContain("It must be one of blank, people, food-market, webhook.");
});

/** A person who presses these keys, each once the question before is on the screen. */
function person(...presses: readonly (readonly [asked: string, keys: string])[]): Ask {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 40 });
  const left = [...presses];
  output.on("data", (chunk: Buffer) => {
    const [next] = left;
    if (next !== undefined && chunk.toString().includes(next[0])) {
      left.shift();
      setImmediate(() => input.write(next[1]));
    }
  });
  return askOn({ input, output });
}

test("a person is asked for what was not said", async () => {
  const at = join(folder, "asked");
  const answers = person(["Which folder", `${at}\r`], ["begin as", "\u001B[B\r"]);
  const { code, out } = await runCommand(["init"], scriptedWorld({ ask: answers }));
  expect(code).toBe(0);
  expect(out).toContain("from the template people");
  expect(existsSync(join(at, "models", "people_history.sql"))).toBe(true);
});

const ask: Ask = () => Promise.reject(new TypeError("asked"));

test("a person who said all is asked nothing, nor are programs", async () => {
  const argv = ["init", join(folder, "a"), "--template", "blank"];
  expect((await runCommand(argv, scriptedWorld({ ask }))).code).toBe(0);
  const json = ["init", join(folder, "b"), "--json"];
  expect((await runCommand(json, scriptedWorld({ ask }))).code).toBe(0);
});

test("a person who leaves has made nothing", async () => {
  const leaves = person(["begin as", "\u0003"]);
  const { code, out } = await runCommand(
    ["init", join(folder, "x")],
    scriptedWorld({ ask: leaves }),
  );
  expect({ code, out }).toEqual({ code: 130, out: "Nothing was written.\n" });
  expect(readdirSync(folder)).toEqual([]);
});
