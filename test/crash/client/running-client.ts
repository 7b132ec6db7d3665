/** The client's process and its list, as a test holds them. */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { type ClientList, readList } from "./list.ts";

export class RunningClient implements AsyncDisposable {
  readonly #path: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #said = "";

  constructor(folder: string, url: string) {
    this.#path = join(folder, "client.list");
    closeSync(openSync(this.#path, "a"));
    const script = join(import.meta.dirname, "client.ts");
    this.#child = spawn(process.execPath, [script, url, this.#path], {
      stdio: ["pipe", "ignore", "pipe"],
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => (this.#said += chunk.toString()));
    this.#ended = new Promise((done) => this.#child.once("close", done));
  }

  /** What it has written down so far. Throws when it has come upon an answer that it cannot explain. */
  list(): ClientList {
    if (this.#child.exitCode !== null && this.#child.exitCode !== 0) {
      throw new TypeError(`The client ended:\n${this.#said}`);
    }
    return readList(this.#path);
  }

  /** Resolves when all that it asked for is answered. */
  async finish(): Promise<ClientList> {
    this.#child.kill("SIGTERM");
    await this.#ended;
    return this.list();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
