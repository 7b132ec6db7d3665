/** The guide to a first pipeline, typed literally: its files are written, its commands run, and say what it shows. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { RunningPipeline } from "../journey/running.ts";

const root = join(import.meta.dirname, "../..");
const guide = readFileSync(join(root, "docs/guides/first-pipeline.md"), "utf8");

// Inside of the checkout, where `millrace` and `zod` are found.
mkdirSync(join(root, ".tmp"), { recursive: true });
const folder = mkdtempSync(join(root, ".tmp", "first-pipeline-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The files that the guide names before their text. */
const files = [...guide.matchAll(/`shop\/([\w./]+)`:\n\n```\w+\n([\s\S]*?)```/g)];

interface Part {
  readonly commands: readonly string[];
  /** What the guide shows of their output. */
  readonly shown: readonly string[];
}

/** Commands, and what is shown behind them; what runs until it is stopped is the test's own to start. */
const parts: readonly Part[] = [
  ...guide.matchAll(/```sh\n([\s\S]*?)```(?:\n\n```text\n([\s\S]*?)```)?/g),
].map(([, commands = "", shown = ""]) => ({
  commands: linesOf(commands).filter(
    (line) => line.startsWith("npx millrace") && !line.endsWith(" start"),
  ),
  shown: linesOf(shown).map(steady),
}));

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** Without what differs from run to run: how long, how fast. */
function steady(line: string): string {
  return line.trimEnd().replaceAll(/[\d.,]+ (ms|s)\b|[\d.,]+\/s/g, "…");
}

/** The words of a command line, quotes taken off; files are those of the guide. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain ?? "")
    .map((word) => (existsSync(join(folder, word)) ? join(folder, word) : word))
    .slice(2);
}

test("each command of the guide works and says what is shown", async () => {
  expect(files.map(([, name]) => name)).toEqual([
    "orders.csv",
    "pipeline.ts",
    "models/customers.sql",
    "fix.ts",
  ]);
  for (const [, name = "", text = ""] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  await using running = new RunningPipeline(folder);
  await running.start();
  const said: string[] = [];
  for (const { commands, shown } of parts) {
    const lines: string[] = [];
    for (const command of commands) {
      const { code, out, err } = running.cli(...wordsOf(command));
      expect({ command, code, err }).toEqual({ command, code: 0, err: "" });
      lines.push(...linesOf(out.replaceAll(`${folder}/`, "")).map(steady));
    }
    expect(lines).toEqual(expect.arrayContaining([...shown]));
    said.push(...lines);
  }
  expect(parts.flatMap(({ commands }) => commands)).toHaveLength(9);
  expect(said.join("\n")).toContain("BALANCED");
});
