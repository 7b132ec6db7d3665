/** Builds the package: the page, and `src` as JavaScript with types and source maps, laid out in `dist` as in `src`. */

import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildWeb } from "./build-web.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

/** Compiles beside the folders that are in use, then puts each in the place of what an earlier build left. */
function buildCode(): void {
  const scratch = join(root, ".tmp", "build");
  rmSync(scratch, { recursive: true, force: true });
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [compiler, "-p", join(root, "tsconfig.build.json"), "--outDir", scratch];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) {
    throw new Error("tsc found errors; nothing was built.");
  }
  proveStarted(scratch);
  for (const name of globSync("*", { cwd: dist }).filter((one) => one !== "web")) {
    rmSync(join(dist, name), { recursive: true });
  }
  for (const name of globSync("*", { cwd: scratch })) {
    renameSync(join(scratch, name), join(dist, name));
  }
}

/** No import leads to what threads and processes start from, so a file missing in the tsconfig shows only here. */
function proveStarted(folder: string): void {
  for (const name of globSync("**/*.js", { cwd: folder })) {
    const file = join(folder, name);
    for (const [, wanted] of readFileSync(file, "utf8").matchAll(/\bbeside\("([^"]+)"/g)) {
      const started = new URL(`${wanted}.js`, pathToFileURL(file));
      if (!existsSync(started)) {
        const source = join("src", dirname(name), `${wanted}.ts`);
        throw new Error(
          `${fileURLToPath(started)} was not built: name ${source} in tsconfig.build.json.`,
        );
      }
    }
  }
}

await buildWeb(join(dist, "web"));
buildCode();
