#!/usr/bin/env node
/** Starts the CLI on Node 24: the present Node where it is new enough, else the pinned one that npm installed. */
"use strict";

const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const MAJOR_MIN = 24;
/**
 * The log's writes share libuv's pool with delivery's slow fsyncs and compression: with the usual four threads they
 * would wait behind these. Read when the pool is first used, so it is set before anything else.
 */
process.env.UV_THREADPOOL_SIZE ??= "16";

const here = join(__dirname, "..");
const built = join(here, "dist", "cli", "main.js");
const entry = existsSync(join(here, "src", "cli", "main.ts"))
  ? join(here, "src", "cli", "main.ts")
  : built;

/**
 * Compiled code is kept for the next start, of this process and of those it starts, which halves what a start takes.
 * It stands inside the package, is written by nobody else, and goes when the package goes; where that cannot be written,
 * nothing is kept. An older Node has no such thing.
 */
process.env.NODE_COMPILE_CACHE ??= join(here, "node_modules", ".cache", "compiled");
require("node:module").enableCompileCache?.(process.env.NODE_COMPILE_CACHE);

/** The pinned Node's own file: one small package per platform, laid beside this one or above it. */
function pinnedNode() {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  try {
    const folder = join(require.resolve(`${name}/package.json`, { paths: [here] }), "..");
    const file = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

if (Number(process.versions.node.split(".")[0]) >= MAJOR_MIN) {
  // A dynamic import, so that an old Node never parses what it cannot read.
  void import(require("node:url").pathToFileURL(entry).href);
} else {
  const node = pinnedNode();
  if (node === undefined) {
    process.stderr.write(
      `millrace needs Node ${MAJOR_MIN}; this is ${process.version} and no pinned Node was installed.\n` +
        "Next: install Node 24, or run `npm ci` without --omit=optional.\n",
    );
    process.exit(1);
  }
  const child = spawn(node, [entry, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGKILL" ? 137 : 1);
  });
}
