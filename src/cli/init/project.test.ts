/** What a new project holds: the examples themselves, no second copy of them, and a package.json that fits. */

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectFiles, projectName, PROJECT_TOOLS, type Files } from "./project.ts";
import { TEMPLATE_NAMES, TEMPLATES } from "./templates.ts";

const root = join(import.meta.dirname, "../../..");
const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly version: string;
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

function make(template: (typeof TEMPLATE_NAMES)[number], millrace?: string): Files {
  return projectFiles({ folder: "/somewhere/Fish & Chips", template, millrace });
}

function manifestOf(files: Files): { readonly dependencies: Readonly<Record<string, string>> } {
  return JSON.parse(files.get("package.json") ?? "") as never;
}

test.each(TEMPLATE_NAMES)("%s has all that a project needs, under its own name", (template) => {
  const files = make(template);
  const needed = ["pipeline.ts", "pipeline.test.ts", "README.md", "tsconfig.json", ".gitignore"];
  expect([...files.keys()]).toEqual(expect.arrayContaining([...needed, "package.json"]));
  expect(files.get("pipeline.ts")).toContain('\n  name: "fish-chips",\n');
  expect(files.get("README.md")).toMatch(/^# fish-chips\n/);
  expect([...files.values()].join("\n")).not.toContain("{{name}}");
  // What is packed is what a project is made of.
  const folders = ["templates", ...(example(template) === undefined ? [] : [example(template)])];
  expect(own.files).toEqual(expect.arrayContaining(folders));
});

function example(template: (typeof TEMPLATE_NAMES)[number]): string | undefined {
  const name = TEMPLATES[template].example;
  return name === undefined ? undefined : `examples/${name}`;
}

test.each(TEMPLATE_NAMES.filter((name) => example(name) !== undefined))(
  "%s is the example, file for file",
  (template) => {
    const folder = join(root, example(template) ?? "");
    const files = make(template);
    const paths = globSync("**/*.{ts,sql}", { cwd: folder });
    const theirs = paths.filter((path) => !path.endsWith(".test.ts"));
    expect(theirs.length).toBeGreaterThan(3);
    for (const path of theirs) {
      const text = readFileSync(join(folder, path), "utf8");
      expect(files.get(path)?.replace('"fish-chips"', `"${template}"`)).toBe(text);
    }
  },
);

test("tools and zod are the versions that this version was proved with", () => {
  expect(own.devDependencies).toMatchObject(PROJECT_TOOLS);
  const { dependencies } = manifestOf(make("blank"));
  expect(dependencies).toEqual({ millrace: own.version, zod: own.dependencies["zod"] });
});

test.each([
  ["1.2.3", "1.2.3"],
  ["next", "next"],
  ["https://example.org/millrace.tgz", "https://example.org/millrace.tgz"],
  ["/packs/millrace.tgz", "file:../../packs/millrace.tgz"],
])("--millrace %s is %s to npm", (given, expected) => {
  expect(manifestOf(make("blank", given)).dependencies["millrace"]).toBe(expected);
});

test("a tarball beside the command is found from the project", () => {
  const files = projectFiles({ folder: "a/b", template: "blank", millrace: "m-1.tgz" });
  expect(manifestOf(files).dependencies["millrace"]).toBe("file:../../m-1.tgz");
});

test.each([
  ["shop", "shop"],
  ["./A Shop_2", "a-shop-2"],
  ["/", "my-pipeline"],
  ["42-é", "e"],
  ["---", "my-pipeline"],
  ["millrace", "my-pipeline"],
  [`x${"-y".repeat(80)}`, `x${"-y".repeat(31)}`],
])("the folder %j gives the name %s", (folder, name) => {
  expect(projectName(folder)).toBe(name);
});
