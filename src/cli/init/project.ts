/** The files of a new project, by their paths in it: a template's own, and those that every project has. */

import { globSync, readFileSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { TEMPLATES, type TemplateName } from "./templates.ts";

/** The package: `examples` and `templates` lie at the same place in a checkout and in what npm installs. */
const PACKAGE = fileURLToPath(new URL("../../../", import.meta.url));

/** Tools of the project itself, as this version was proved with. */
export const PROJECT_TOOLS = { "@types/node": "24.19.2", typescript: "7.0.2" } as const;

export interface Wanted {
  /** Where the project will be. */
  readonly folder: string;
  readonly template: TemplateName;
  /** What npm installs as millrace: a version, a tarball, a folder or an address; left out, this version. */
  readonly millrace: string | undefined;
}

export type Files = ReadonlyMap<string, string>;

export function projectFiles(wanted: Wanted): Files {
  const { template } = wanted;
  const name = projectName(wanted.folder);
  const { example } = TEMPLATES[template];
  const files = new Map<string, string>();
  if (example !== undefined) {
    take(join(PACKAGE, "examples", example), files);
  }
  take(join(PACKAGE, "templates", template), files);
  for (const [path, text] of files) {
    files.set(path, named(text, { template, name }));
  }
  files.set("package.json", `${JSON.stringify(manifest(name, wanted), undefined, 2)}\n`);
  files.set("tsconfig.json", `${JSON.stringify(TSCONFIG, undefined, 2)}\n`);
  files.set(".gitignore", GITIGNORE);
  return files;
}

/** A name that npm and a pipeline both take, made from the folder's. */
export function projectName(folder: string): string {
  const base = resolve(folder).split(/[/\\]/).at(-1) ?? "";
  const plain = base
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, NAME_CHARS_MAX)
    .replace(/-+$/, "");
  // A project that bears the name of its dependency cannot install it.
  return plain === "" || plain === "millrace" ? "my-pipeline" : plain;
}

const NAME_CHARS_MAX = 64;

/** An example's tests look into the engine, and its README speaks of the repository; a project has its own. */
function take(folder: string, files: Map<string, string>): void {
  const own = folder.startsWith(join(PACKAGE, "templates"));
  for (const path of globSync("**/*.{ts,sql,sqltest,md}", { cwd: folder }).toSorted()) {
    const foreign = !own && (path.endsWith(".test.ts") || path.endsWith(".md"));
    if (!foreign) {
      files.set(path.replaceAll("\\", "/"), readFileSync(join(folder, path), "utf8"));
    }
  }
}

function named(
  text: string,
  { template, name }: { readonly template: string; readonly name: string },
): string {
  return text
    .replace(`  name: ${JSON.stringify(template)},`, `  name: ${JSON.stringify(name)},`)
    .replaceAll("{{name}}", name);
}

function manifest(name: string, { folder, millrace }: Wanted): unknown {
  const own = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as {
    readonly version: string;
    readonly dependencies: { readonly zod: string };
  };
  return {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: { start: "millrace start", test: "node --test", typecheck: "tsc" },
    dependencies: {
      millrace: millrace === undefined ? own.version : toSpec(millrace, folder),
      // The schemas must be made by the zod that reads them.
      zod: own.dependencies.zod,
    },
    devDependencies: PROJECT_TOOLS,
    engines: { node: ">=24" },
  };
}

/** A path is relative to where the command runs, and must be one from the project's folder. */
function toSpec(given: string, folder: string): string {
  const isPath = /^\.{1,2}([/\\]|$)/.test(given) || isAbsolute(given) || /^[^:]+\.tgz$/.test(given);
  return isPath ? `file:${relative(resolve(folder), resolve(given)).replaceAll("\\", "/")}` : given;
}

const TSCONFIG = {
  compilerOptions: {
    target: "esnext",
    module: "nodenext",
    types: ["node"],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ["**/*.ts"],
};

const GITIGNORE = `node_modules/
# The log, the lake and the warehouse of millrace start.
.millrace/
*.log
`;
