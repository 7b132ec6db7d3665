/** Starts a headless Chromium: the one in the npm package, else the system's; says what to do when neither can. */

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";

export interface OpenBrowser extends AsyncDisposable {
  readonly browser: Browser;
  /** For what a test leaves behind; removed with the browser. */
  readonly folder: string;
  /** Which Chromium it is. */
  readonly from: string;
}

const SYSTEM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const ARGS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"];
const REMEDY = `Install Chromium's libraries or Chromium itself (Debian: apt-get install chromium),
name another with MILLRACE_CHROMIUM=/path/to/chromium, or leave these tests out with MILLRACE_BROWSER=off.`;

/** Undefined only when the environment says that there shall be no browser. */
export async function openBrowser(): Promise<OpenBrowser | undefined> {
  if (process.env["MILLRACE_BROWSER"] === "off") {
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), "millrace-browser-"));
  const failures: string[] = [];
  for (const find of [named, packaged, ...SYSTEM.map(installed)]) {
    try {
      const executablePath = await find(folder);
      if (executablePath !== undefined) {
        const browser = await chromium.launch({ executablePath, args: ARGS });
        return { browser, folder, from: executablePath, ...closing(browser, folder) };
      }
    } catch (thrown) {
      failures.push(String(thrown).slice(0, 600));
    }
  }
  await rm(folder, { recursive: true, force: true });
  throw new Error(`No Chromium could be started.\n${REMEDY}\n\n${failures.join("\n\n")}`);
}

function closing(browser: Browser, folder: string): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function named(): Promise<string | undefined> {
  return Promise.resolve(process.env["MILLRACE_CHROMIUM"]);
}

/** The package unpacks into the temporary folder and never looks whether what lies there is whole: it gets its own. */
async function packaged(folder: string): Promise<string | undefined> {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    const { default: packed } = await import("@sparticuz/chromium");
    return await packed.executablePath();
  } finally {
    if (before === undefined) {
      delete process.env["TMPDIR"];
    } else {
      process.env["TMPDIR"] = before;
    }
  }
}

function installed(path: string): () => Promise<string | undefined> {
  return () => Promise.resolve(existsSync(path) ? path : undefined);
}
