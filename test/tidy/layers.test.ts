/** Reads every import of src and examples and fails on a forbidden arrow, a cycle, or a vendor away from home. */

import { readFileSync } from "node:fs";
import { globSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { expect, test } from "vitest";
import {
  CATALOGUES,
  FILES_PER_FOLDER_MAX,
  MAY_IMPORT,
  NAMES_BANNED,
  VENDOR_HOMES,
} from "./layers.ts";

const root = join(import.meta.dirname, "../..");
const files = globSync("{src,examples}/**/*.{ts,tsx}", { cwd: root })
  .map((file) => file.split(sep).join("/"))
  .filter((file) => !file.includes("node_modules"));
const production = files.filter((file) => !/\.(test|property\.test|fixture)\.tsx?$/.test(file));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const found: Import[] = [];
  const pattern = /(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[^"'`;]*?\sfrom\s+)?["']([^"']+)["']/g;
  for (const match of text.matchAll(pattern)) {
    found.push({ from: file, to: match[3] ?? "", typeOnly: match[2] !== undefined });
  }
  for (const match of text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g)) {
    found.push({ from: file, to: match[1] ?? "", typeOnly: false });
  }
  return found;
}

function target(found: Import): string | undefined {
  return found.to.startsWith(".")
    ? normalize(join(dirname(found.from), found.to))
        .split(sep)
        .join("/")
    : undefined;
}

function folderOf(file: string): string {
  const parts = file.split("/");
  if (parts[0] !== "src") {
    return "examples";
  }
  if (parts.length === 2) {
    return (parts[1] ?? "").replace(/\.ts$/, "");
  }
  if (parts[1] === "stages") {
    return `stages/${parts[2]}`;
  }
  return parts[1] === "dashboard" && parts[2] === "web" ? "dashboard/web" : (parts[1] ?? "");
}

function allowed(from: string, to: string): boolean {
  const list =
    MAY_IMPORT[from] ?? (from.startsWith("stages/") ? MAY_IMPORT["stages/*"] : undefined);
  return (
    from === to ||
    list?.includes(to) === true ||
    (to.startsWith("stages/") && list?.includes("stages/*") === true)
  );
}

const imports = production.flatMap(importsOf);

test("the imports of this tree were found", () => {
  expect(production.length).toBeGreaterThan(20);
  expect(imports.length).toBeGreaterThan(production.length);
});

test("every import follows the map", () => {
  const wrong = imports
    .filter((found) => found.from.startsWith("src/"))
    .flatMap((found) => {
      const to = target(found);
      return to === undefined || allowed(folderOf(found.from), folderOf(to))
        ? []
        : [`${found.from} -> ${to}`];
    });
  expect(wrong).toEqual([]);
});

test("every vendor package is imported in its one home", () => {
  const wrong = imports.flatMap((found) => {
    if (found.to.startsWith(".") || found.to.startsWith("node:")) {
      return [];
    }
    const parts = found.to.split("/");
    const name = found.to.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
    if (name === "millrace") {
      return folderOf(found.from) === "examples" ? [] : [`${found.from} imports itself by name`];
    }
    const homes = VENDOR_HOMES[name] ?? [];
    return homes.includes(folderOf(found.from)) ? [] : [`${found.from} -> ${name}`];
  });
  expect(wrong).toEqual([]);
});

test("no cycle", () => {
  const arrows = new Map<string, string[]>();
  for (const found of imports) {
    const to = found.typeOnly ? undefined : target(found);
    if (to !== undefined) {
      arrows.set(found.from, [...(arrows.get(found.from) ?? []), to]);
    }
  }
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      return;
    }
    if (!done.has(file)) {
      for (const next of arrows.get(file) ?? []) {
        walk(next, [...path, file]);
      }
      done.add(file);
    }
  };
  for (const file of arrows.keys()) {
    walk(file, []);
  }
  expect(cycles).toEqual([]);
});

test("no folder or file has a name that says nothing", () => {
  const wrong = files.filter((file) =>
    file.split("/").some((part) => NAMES_BANNED.includes(part.replace(/\..*$/, ""))),
  );
  expect(wrong).toEqual([]);
});

test("the first line of every file says what it is for", () => {
  const wrong = files.filter(
    (file) => !/^(#!.*\n)?\/\*\*? /.test(readFileSync(join(root, file), "utf8")),
  );
  expect(wrong).toEqual([]);
});

test("bare errors are thrown nowhere", () => {
  const wrong = production.filter(
    (file) =>
      file.startsWith("src/") &&
      !file.startsWith("src/dashboard/web/") &&
      /\bnew Error\(/.test(readFileSync(join(root, file), "utf8")),
  );
  expect(wrong).toEqual([]);
});

test("no folder holds so many files that one has to search", () => {
  const sources = production.filter((file) => !/fixture/.test(file));
  const counts = Map.groupBy(sources, (file) => dirname(file));
  const wrong = [...counts].filter(
    ([folder, inside]) => inside.length > FILES_PER_FOLDER_MAX && !CATALOGUES.includes(folder),
  );
  expect(wrong.map(([folder, inside]) => `${folder}: ${inside.length}`)).toEqual([]);
});
