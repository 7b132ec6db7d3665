/** `millrace dead redrive` and `dead drop`: what they ask of the pipeline, page by page, and what the fix may do. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { answerJson, openPipeline, runCommand, type Asked } from "../scripted-world.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-dead-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const LEFT = { without_fix: 0, tried_too_often: 0, not_possible: 0 };
const NONE = { passes: 0, fails: 0, left: LEFT, causes: [], examples: [], next: null };

function bodyOf({ body }: Asked): Record<string, unknown> {
  return JSON.parse(body.toString()) as Record<string, unknown>;
}

function letter(id: string, raw: string): Record<string, unknown> {
  const facts = { stage: "check", received_at: "2026-01-01T00:00:00.000Z", member: 0 };
  const reasons = [{ code: "NOT_JSON", path: "", message: "no" }];
  const raw_base64 = Buffer.from(raw).toString("base64");
  return { letter: id, ...facts, stream: "s", cause: "NOT_JSON", reasons, attempts: 2, raw_base64 };
}

test("a redrive asks page after page and sums up; it is a dry run unless --yes says otherwise", async () => {
  const cause = { cause: "FIELD_TYPE", path: "/a", message: "must be text" };
  await using pipeline = await openPipeline((asked, response) => {
    const first = bodyOf(asked)["after"] === undefined;
    const page = {
      passes: 2,
      fails: 3,
      causes: [{ ...cause, count: 3 }],
      next: first ? "p2" : null,
    };
    answerJson(response, 200, { ...NONE, ...page });
  });
  const command = ["dead", "redrive", "--stream", "s", "--cause", "C", "--url", pipeline.url];
  const { code, out } = await runCommand(command);
  expect(code).toBe(0);
  expect(pipeline.asked.map(bodyOf)).toEqual([
    { stream: "s", cause: "C", limit: 5000, confirm: false },
    { stream: "s", cause: "C", limit: 5000, confirm: false, after: "p2" },
  ]);
  expect(out).toContain("4 would pass now, 6 would still fail");
  expect(out).toMatch(/6 {2}FIELD_TYPE {2}\/a {2}must be text/);
  expect(out).toContain("Add --yes to do it.");
  await runCommand([...command, "--yes"]);
  expect(pipeline.asked.slice(2).map((one) => bodyOf(one)["confirm"])).toEqual([true, true]);
});

test("a fix runs here: only the records it mends are sent, by their letters' keys", async () => {
  const fix = file(
    "fix.ts",
    `export default (record: unknown, letter: { id: string; attempts: number; bytes: Uint8Array }) => {
      if (letter.id === "left") return undefined;
      if (letter.id === "thrown") throw new Error("not \\u001b[31mthis");
      if (letter.id === "odd") return [1];
      return { record, attempts: letter.attempts, bytes: letter.bytes.length };
    };`,
  );
  const letters = [
    letter("json", '{"n":1}'),
    letter("text", "a;b"),
    letter("left", "{}"),
    letter("thrown", "{}"),
    letter("odd", "{}"),
  ];
  await using pipeline = await openPipeline(({ path }, response) => {
    const answer = path.endsWith("/pick") ? { letters, next: null } : { ...NONE, passes: 2 };
    answerJson(response, 200, answer);
  });
  const command = ["dead", "redrive", "--fix", fix, "--yes", "--url", pipeline.url];
  const { code, out } = await runCommand(command);
  expect(code).toBe(0);
  const [pick, redrive] = pipeline.asked;
  expect(pick?.path).toBe("/v1/dead-letters/pick");
  const { fixed, ids, confirm } = redrive === undefined ? {} : bodyOf(redrive);
  expect({ ids, confirm }).toEqual({ ids: ["json", "text"], confirm: true });
  expect(fixed).toMatchObject([
    {
      letter: "json",
      stage: "check",
      member: 0,
      record: { record: { n: 1 }, attempts: 2, bytes: 7 },
    },
    { letter: "text", record: { record: "a;b", attempts: 2, bytes: 3 } },
  ]);
  expect(out).toContain("2 redriven");
  expect(out).toContain("1 letter left alone by the fix");
  expect(out).toContain("2 letters on which the fix failed");
  // What a fix throws cannot drive the terminal.
  expect(out).toContain("not \\x1b[31mthis");
});

test.each([
  ["absent.ts", undefined],
  ["broken.ts", "export default ("],
  ["empty.ts", "export const fix = 1;"],
])("a fix that cannot be used is told before anything is asked: %s", async (name, content) => {
  await using pipeline = await openPipeline((_asked, response) => answerJson(response, 200, NONE));
  const fix = content === undefined ? join(folder, name) : file(name, content);
  const { code, err } = await runCommand(["dead", "redrive", "--fix", fix, "--url", pipeline.url]);
  expect(code).toBe(4);
  expect(err).toContain("cannot be used");
  expect(pipeline.asked).toEqual([]);
});

test("a drop counts over all pages", async () => {
  await using pipeline = await openPipeline((asked, response) => {
    const first = bodyOf(asked)["after"] === undefined;
    answerJson(response, 200, { dry_run: true, letters: 3, next: first ? "p2" : null });
  });
  const command = ["dead", "drop", "--id", "a", "b", "--reason", "why", "--url", pipeline.url];
  expect((await runCommand(command)).out).toContain("6 dead letters would be dropped");
  expect(pipeline.asked.map(bodyOf)[0]).toEqual({
    ids: ["a", "b"],
    reason: "why",
    confirm: false,
    limit: 5000,
  });
  expect((await runCommand([...command, "--yes", "--json"])).out).toBe(
    '{"dry_run":false,"letters":6}\n',
  );
});
