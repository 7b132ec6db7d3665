/** The package as npm packs it, installed beside projects that use it. For tests only. */

import { execFile } from "node:child_process";
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { PROJECT_TOOLS } from "../../src/cli/init/project.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);
const STEP_MS = 180_000;

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

/** Runs a program to its end, whatever that is. */
export async function say(cwd: string, command: string, ...args: string[]): Promise<Said> {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1" };
  // What a test runner tells its own processes is not for the one of a project.
  delete env["NODE_TEST_CONTEXT"];
  delete env["NODE_OPTIONS"];
  try {
    const options = { cwd, env, timeout: STEP_MS, maxBuffer: 64 * 1_048_576 };
    const { stdout, stderr } = await run(command, args, options);
    return { code: 0, out: stdout, err: stderr };
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as { code?: number; stdout: string; stderr: string };
    return { code: typeof code === "number" ? code : -1, out: stdout, err: stderr };
  }
}

export class InstalledPackage implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "millrace-package-"));
  tarball = "";

  /** Packs a copy of this checkout: npm changes its package.json while it packs, and others use this one. */
  async pack(): Promise<void> {
    const copy = join(this.folder, "checkout");
    const { out } = await say(root, "git", "ls-files", "-co", "--exclude-standard", "-z");
    for (const path of out.split("\0").filter((one) => one !== "")) {
      cpSync(join(root, path), join(copy, path), { force: true });
    }
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    const packed = await say(copy, "npm", "pack", "--json", "--pack-destination", this.folder);
    const [tarball] = globSync("*.tgz", { cwd: this.folder });
    if (tarball === undefined) {
      throw new TypeError(`npm pack gave nothing:\n${packed.out}\n${packed.err}`);
    }
    this.tarball = join(this.folder, tarball);
  }

  /**
   * Lays the package out as npm would, with what it depends on and nothing that only a checkout has, without asking a
   * registry for what is on this disk already.
   */
  async install(): Promise<void> {
    const modules = join(this.folder, "node_modules");
    mkdirSync(join(modules, ".bin"), { recursive: true });
    await say(modules, "tar", "xzf", this.tarball);
    await say(modules, "mv", "package", "millrace");
    symlinkSync("../millrace/bin/millrace.cjs", join(modules, ".bin", "millrace"));
    symlinkSync("../typescript/bin/tsc", join(modules, ".bin", "tsc"));
    const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
    const wanted = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true);
    const names = wanted.flatMap(
      ([path]) => /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1] ?? [],
    );
    for (const name of [...names, ...Object.keys(PROJECT_TOOLS), "undici-types"]) {
      this.#link(name, modules);
    }
  }

  /** Packages that a user installs beside it. */
  add(...names: readonly string[]): void {
    for (const name of names) {
      this.#link(name, join(this.folder, "node_modules"));
    }
  }

  #link(name: string, modules: string): void {
    const [there] = globSync(name, { cwd: join(root, "node_modules") });
    const at = join(modules, name);
    if (there !== undefined) {
      mkdirSync(dirname(at), { recursive: true });
      rmSync(at, { force: true });
      symlinkSync(join(root, "node_modules", name), at);
    }
  }

  /** Where a project is, or will be. */
  project(name: string): string {
    return join(this.folder, name);
  }

  /** The installed command. */
  async millrace(cwd: string, ...args: string[]): Promise<Said> {
    const launcher = join(this.folder, "node_modules", "millrace", "bin", "millrace.cjs");
    return await say(cwd, process.execPath, launcher, ...args);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
