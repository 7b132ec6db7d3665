/**
 * Runs before and after `npm pack`: a checkout's doors are its sources, which Node does not read under node_modules;
 * the package's doors are what was built of them. If a pack was cut short, `node scripts/pack.ts after` undoes it.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

interface Manifest {
  readonly exports: Readonly<Record<string, string>>;
}

/** Of a checkout alone; npm would also warn every user of scripts that run at an install. */
const DROPPED = new Set(["scripts", "devDependencies", "overrides", "allowScripts"]);

const file = join(import.meta.dirname, "..", "package.json");
const kept = join(import.meta.dirname, "..", ".tmp", "package.checkout.json");

function before(): void {
  const text = readFileSync(file, "utf8");
  const manifest = JSON.parse(text) as Manifest;
  const doors = Object.entries(manifest.exports).map(([name, door]) => [name, toBuilt(door)]);
  const entries = Object.entries({ ...manifest, exports: Object.fromEntries(doors) as unknown });
  const packed = Object.fromEntries(entries.filter(([name]) => !DROPPED.has(name)));
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, text);
  writeFileSync(file, `${JSON.stringify(packed, undefined, 2)}\n`);
}

function after(): void {
  if (existsSync(kept)) {
    renameSync(kept, file);
  }
}

function toBuilt(door: string): unknown {
  const [, name] = /^\.\/src\/(.+)\.ts$/.exec(door) ?? [];
  return name === undefined ? door : { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
}

const [turn] = process.argv.slice(2);
if (turn === "before") {
  before();
} else if (turn === "after") {
  after();
} else {
  throw new Error("node scripts/pack.ts before | after");
}
