/** Runs after `npm ci`: builds the dashboard's page and makes `npx millrace` work inside this checkout. */

import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { buildWeb } from "./build-web.ts";

const root = join(import.meta.dirname, "..");

// npm links a package's bin for its users, not for itself; without this npx would first install the checkout.
const link = join(root, "node_modules", ".bin", "millrace");
if (process.platform !== "win32" && existsSync(join(root, "node_modules"))) {
  mkdirSync(join(root, "node_modules", ".bin"), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync("../../bin/millrace.cjs", link);
  chmodSync(join(root, "bin", "millrace.cjs"), 0o755);
}

await buildWeb(join(root, "dist", "web"));
