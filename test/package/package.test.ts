/** What npm packs works where it is installed: every door, every template with its test, and a whole run by hand. */

import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TEMPLATE_NAMES } from "../../src/cli/init/templates.ts";
import type { openTestPipeline } from "../../src/testing/pipeline/index.ts";
import { InstalledPackage, say } from "./installed.ts";

const installed = new InstalledPackage();
const packed = join(installed.folder, "node_modules", "millrace");

beforeAll(async () => {
  await installed.pack();
  await installed.install();
});

afterAll(() => installed[Symbol.dispose]());

/** Calls the packaged transform as Firehose does, with a good record and with none. */
const CALL_TRANSFORM = `
  const { handler } = await import("./transform/index.mjs");
  const at = Date.UTC(2026, 6, 13);
  const record = (recordId, text) => ({
    recordId,
    approximateArrivalTimestamp: at,
    data: Buffer.from(text).toString("base64"),
    kinesisRecordMetadata: {
      shardId: "shardId-000000000003",
      partitionKey: "k",
      sequenceNumber: "49590338271490256608559692538361571095921575989136588898",
      subsequenceNumber: 0,
      approximateArrivalTimestamp: at,
    },
  });
  const { records } = await handler({
    invocationId: "one",
    deliveryStreamArn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/people",
    region: "us-east-1",
    records: [record("a", '{"Id":"1","Name":"Ada"}'), record("b", "not json")],
  });
  console.log(JSON.stringify([
    Buffer.from(records[0].data, "base64").toString(),
    records[1].result,
  ]));
`;

test("it holds what was built, and nothing of a checkout", () => {
  const all = globSync("**/*", { cwd: packed });
  const sources = all.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
  expect(sources.filter((path) => !/^(templates|examples)\//.test(path))).toEqual([]);
  expect(all.filter((path) => /\.test\.|^src|testing\/conformance/.test(path)).toSorted()).toEqual(
    TEMPLATE_NAMES.map((name) => `templates/${name}/pipeline.test.ts`).toSorted(),
  );
  const manifest = JSON.parse(readFileSync(join(packed, "package.json"), "utf8")) as object;
  expect(manifest).not.toHaveProperty("scripts");
  expect(manifest).not.toHaveProperty("devDependencies");
  const map = readFileSync(join(packed, "dist", "index.js.map"), "utf8");
  expect(JSON.parse(map)).toHaveProperty("sourcesContent");
});

test("every door has its types and its code", async () => {
  const { exports } = JSON.parse(readFileSync(join(packed, "package.json"), "utf8")) as {
    exports: Record<string, { types: string; default: string }>;
  };
  const doors = Object.entries(exports).filter(([name]) => name !== "./package.json");
  expect(doors.length).toBeGreaterThan(3);
  const absent = doors.flatMap(([, door]) =>
    Object.values(door).filter((file) => !existsSync(join(packed, file))),
  );
  expect(absent).toEqual([]);
  const open = ["millrace", "millrace/client", "millrace/testing"].map(
    (name) => `import("${name}")`,
  );
  const script = `const all = await Promise.all([${open.join()}]);
    console.log(all.map((one) => Object.keys(one).length > 0).join());`;
  const { out, err } = await say(
    installed.folder,
    process.execPath,
    "--input-type=module",
    "-e",
    script,
  );
  expect({ out, err }).toEqual({ out: "true,true,true\n", err: "" });
});

test.each(TEMPLATE_NAMES)("a project from %s: its types hold, and its tests pass", async (name) => {
  const project = installed.project(name);
  const made = await installed.millrace(installed.folder, "init", name, "--template", name);
  expect(made).toMatchObject({ code: 0, err: "" });
  symlinkSync("../node_modules", join(project, "node_modules"));
  const types = await say(project, "npm", "run", "typecheck", "--silent");
  expect(types).toEqual({ code: 0, out: "", err: "" });
  const tests = await say(project, "npm", "test", "--silent");
  expect(tests).toMatchObject({ code: 0, err: "" });
  expect(tests.out).toMatch(/pass 2\b/);
});

test("a project's test that does not hold fails; a run without tests ends by itself", async () => {
  const project = installed.project("blank");
  const nothing = await say(project, "node", "--test", "--test-name-pattern", "^none such$");
  expect(nothing).toMatchObject({ code: 0, err: "" });
  const file = join(project, "pipeline.test.ts");
  writeFileSync(file, readFileSync(file, "utf8").replace("amount: 0 }", "amount: 1 }"));
  const { code, out } = await say(project, "npm", "test", "--silent");
  expect(code).toBe(1);
  expect(out).toMatch(/fail 1\b/);
});

test("millrace start from a project: an event in, a row out, the page, a clean stop", async () => {
  const project = installed.project("people");
  const launcher = join(packed, "dist", "testing", "pipeline", "index.js");
  const { openTestPipeline: open } = (await import(launcher)) as {
    openTestPipeline: typeof openTestPipeline;
  };
  await using pipeline = await open(project);
  const { accepted } = await pipeline.send("people", { Id: "1", Name: "Ada" });
  expect(accepted).toBe(1);
  await pipeline.drain();
  expect(await pipeline.query("select name from people")).toEqual([{ name: "Ada" }]);
  const asked = await installed.millrace(
    project,
    "query",
    "select 1 as x",
    "--json",
    "--url",
    pipeline.url,
  );
  expect(JSON.parse(asked.out)).toEqual([{ x: 1 }]);
  const verified = await installed.millrace(project, "verify", "--deep", "--url", pipeline.url);
  expect(verified.out).toContain("BALANCED");
  const pages = ["/", "/docs", "/openapi.json"].map((path) => fetch(`${pipeline.url}${path}`));
  expect((await Promise.all(pages)).map(({ status }) => status)).toEqual([200, 200, 200]);
});

test("its simulation runs, threads and all", async () => {
  const project = installed.project("people");
  const said = await installed.millrace(project, "sim", "--seeds", "2");
  expect(said).toMatchObject({ code: 0, err: "" });
});

describe("deploying a project", () => {
  const plan = ["plan", "--target", "aws", "--no-rehearsal", "--out", "planned", "--json"] as const;

  test("says which packages it needs beside it", async () => {
    const said = await installed.millrace(installed.project("people"), ...plan);
    expect(said.code).toBe(4);
    expect(JSON.parse(said.err)).toMatchObject({ error: { code: "DEPLOY_TOOL_MISSING" } });
  });

  test("with them, plan writes template and SQL of the project", async () => {
    const project = installed.project("people");
    installed.add("aws-cdk-lib", "constructs", "esbuild");
    const said = await installed.millrace(project, ...plan);
    expect(said).toMatchObject({ code: 0, err: "" });
    const { stack, files } = JSON.parse(said.out) as { stack: string; files: string[] };
    expect(stack).toBe("millrace-people");
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    expect(files.map((file) => file.slice(project.length + 1))).toEqual(
      expect.arrayContaining([
        "planned/millrace-people.template.json",
        "planned/snowflake/05_models.sql",
      ]),
    );
  });

  test("deploy bundles Lambdas that run where nothing else is, and asks for the yes", async () => {
    const project = installed.project("people");
    const said = await installed.millrace(project, "deploy", "--out", "deployed", "--json");
    expect(said.code).toBe(4);
    expect(said.err).toContain('"DEPLOY_UNCONFIRMED"');
    const alone = mkdtempSync(join(tmpdir(), "millrace-lambda-"));
    try {
      for (const kind of ["check", "transform"]) {
        cpSync(join(project, "deployed/lambda", `people-${kind}`), join(alone, kind), {
          recursive: true,
        });
      }
      const ran = await say(alone, process.execPath, "--input-type=module", "-e", CALL_TRANSFORM);
      expect(ran).toMatchObject({ code: 0, err: "" });
      const [row = "", dropped] = JSON.parse(ran.out.trim().split("\n").at(-1) ?? "") as string[];
      expect(JSON.parse(row)).toMatchObject({ data: { Id: "1", Name: "Ada" }, _shard: 3 });
      expect(dropped).toBe("ProcessingFailed");
      const text = readFileSync(join(alone, "check/index.mjs"), "utf8");
      // Only its own code: nothing is looked for where the package was installed.
      expect(text).not.toMatch(/^import [^\n]*from\s*"(?!node:|@aws-sdk\/|@smithy\/)[^"]+"/m);
    } finally {
      rmSync(alone, { recursive: true, force: true });
    }
  });
});
