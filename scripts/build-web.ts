/** Builds the dashboard's page into a folder: hashed names, nothing fetched from elsewhere, licences beside it. */

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build, type Metafile } from "esbuild";

const root = join(import.meta.dirname, "..");
const web = join(root, "src", "dashboard", "web");

/** Packages whose code or fonts are in the page; their licences ask to travel with them. */
const BUNDLED = [
  "preact",
  "@preact/signals",
  "uplot",
  "lightweight-charts",
  "@fontsource-variable/inter",
  "@fontsource-variable/jetbrains-mono",
];

/** Asked for by the package's licence, but not among its files. */
const NOTICES: Readonly<Record<string, readonly string[]>> = {
  "lightweight-charts": [
    "TradingView Lightweight Charts™\nCopyright (c) TradingView, Inc. https://www.tradingview.com/",
  ],
};

export interface WebBuild {
  /** File in the folder → bytes. */
  readonly files: ReadonlyMap<string, number>;
}

/** Fills `outDir`, replacing what an earlier build left; index.html comes last and names all others. */
export async function buildWeb(outDir: string): Promise<WebBuild> {
  const scratch = `${outDir}.building`;
  rmSync(scratch, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: join(web, "app.tsx"), out: "app" },
      { in: join(web, "theme.ts"), out: "theme" },
      { in: join(web, "style", "app.css"), out: "app" },
      { in: join(web, "icon.svg"), out: "icon" },
    ],
    outdir: join(scratch, "assets"),
    bundle: true,
    minify: true,
    metafile: true,
    format: "esm",
    target: ["es2023", "chrome120", "firefox121", "safari17.5"],
    jsx: "automatic",
    jsxImportSource: "preact",
    conditions: ["browser"],
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".woff2": "file", ".svg": "copy" },
    legalComments: "none",
    logLevel: "warning",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  writeFileSync(join(scratch, "assets", "licences.txt"), licences());
  writeFileSync(join(scratch, "index.html"), page(metafile));
  mkdirSync(dirname(outDir), { recursive: true });
  rmSync(outDir, { recursive: true, force: true });
  renameSync(scratch, outDir);
  const sizes = Object.entries(metafile.outputs).map(([path, { bytes }]): [string, number] => [
    inAssets(path),
    bytes,
  ]);
  return { files: new Map(sizes) };
}

/** index.html with every `{{name}}` as the name the build gave it. */
function page(metafile: Metafile): string {
  const names = Object.keys(metafile.outputs).map(inAssets);
  const template = readFileSync(join(web, "index.html"), "utf8");
  return template.replace(/\{\{([^}]+)\}\}/g, (_, wanted: string) => {
    const [stem, extension] = splitName(wanted);
    const found = names.find((name) => name.includes(`/${stem}-`) && name.endsWith(extension));
    if (found === undefined) {
      throw new Error(`The page names ${wanted}, which the build did not make.`);
    }
    return found;
  });
}

function splitName(name: string): readonly [string, string] {
  const dot = name.lastIndexOf(".");
  return [name.slice(0, dot), name.slice(dot)];
}

function inAssets(path: string): string {
  return `assets/${basename(path)}`;
}

function licences(): string {
  const parts = BUNDLED.map((name) => {
    const folder = join(root, "node_modules", name);
    const texts = ["LICENSE", "NOTICE"].flatMap((file) => {
      try {
        return [readFileSync(join(folder, file), "utf8").trim()];
      } catch {
        return [];
      }
    });
    const notice = NOTICES[name] ?? [];
    texts.push(...notice);
    return `${name}\n${"=".repeat(name.length)}\n\n${texts.join("\n\n")}\n`;
  });
  return `The dashboard's page contains the following works.\n\n${parts.join("\n\n")}`;
}

if (process.argv[1] === import.meta.filename) {
  const outDir = process.argv[2] ?? join(root, "dist", "web");
  const { files } = await buildWeb(outDir);
  for (const [name, bytes] of files) {
    process.stdout.write(`${String(bytes).padStart(8)}  ${name}\n`);
  }
}
