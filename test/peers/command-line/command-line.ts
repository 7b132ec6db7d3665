/** The AWS command line as a process that is given one command after the other. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { PEER_PATHS } from "../catalogue.ts";
import { PEER_KEYS } from "../processes.ts";

export interface Generation {
  readonly name: string;
  /** The Python that has it. */
  readonly python: string;
  /** Knows operations of 2025 and later. */
  readonly recent: boolean;
}

/** Where Debian puts the second generation; pip has the first only. */
const SECOND = "/usr/lib/python3/dist-packages/awscli";

export const GENERATIONS: readonly Generation[] = [
  { name: "the first generation", python: PEER_PATHS.pythonBin("python"), recent: true },
  ...(existsSync(SECOND)
    ? [{ name: "the second generation", python: "/usr/bin/python3", recent: false }]
    : []),
];

export interface Account {
  readonly url: string;
  readonly id: string;
  readonly secret: string;
}

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** One process; each command is answered before the next is given. */
export class CommandLine implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "millrace-command-line-"));
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  readonly #before: readonly string[];

  constructor(python: string, { url, id, secret }: Account) {
    // The second generation takes bytes as base64 unless it is told that they are texts.
    const config = join(this.#folder, "config");
    writeFileSync(config, "[default]\ncli_binary_format = raw-in-base64-out\n");
    const script = join(import.meta.dirname, "command_line.py");
    this.#child = spawn(python, [script], {
      env: {
        PATH: process.env["PATH"] ?? "",
        AWS_ACCESS_KEY_ID: id,
        AWS_SECRET_ACCESS_KEY: secret,
        AWS_DEFAULT_REGION: PEER_KEYS.AWS_REGION,
        AWS_CONFIG_FILE: config,
        AWS_PAGER: "",
      },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#reader = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    this.#lines = this.#reader[Symbol.asyncIterator]();
    this.#before = ["--endpoint-url", url, "--output", "json"];
  }

  async run(words: readonly string[]): Promise<Said> {
    this.#child.stdin?.write(`${JSON.stringify([...this.#before, ...words])}\n`);
    const { value, done } = await this.#lines.next();
    return done === true
      ? { code: null, out: "", err: "it has ended" }
      : (JSON.parse(value) as Said);
  }

  [Symbol.dispose](): void {
    this.#reader.close();
    this.#child.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
