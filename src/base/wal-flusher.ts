/** Brings SQLite's commits to disk beside the thread that makes them: one flush at a time, for all that wait for it. */

import { close, fdatasync, open } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { nodeDisk } from "./node-disk.ts";

const openFile = promisify(open);
const flushFile = promisify(fdatasync);
const closeFile = promisify(close);

/**
 * For a database in WAL mode with `synchronous = normal`: a commit is then in the system's memory, whole and in order,
 * and a flush of its log is all that FULL would add, except that FULL stops the thread for it. SQLite locks the database
 * and its shared memory, never the log, so that a second handle of the log takes no lock away when it is closed.
 */
export class WalFlusher implements AsyncDisposable {
  readonly #path: string;
  #fd: Promise<number> | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** `path` is the database's; its log must be there when `flush` is first called, as it is after any statement. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Resolves once every commit made before the call is on disk. */
  async flush(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#flush();
      return await this.#running;
    }
    // The one under way may have passed over what was written since it began.
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#running = this.#flush();
        return this.#running;
      });
    return await this.#next;
  }

  async #flush(): Promise<void> {
    try {
      this.#fd ??= this.#open();
      await flushFile(await this.#fd);
    } finally {
      this.#running = undefined;
    }
  }

  /** The log is made anew whenever the database is opened, so that its name must come to disk as well. */
  async #open(): Promise<number> {
    try {
      const fd = await openFile(`${this.#path}-wal`, "r+");
      await nodeDisk.syncFolder(dirname(this.#path));
      return fd;
    } catch (thrown) {
      this.#fd = undefined;
      throw thrown;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#next?.catch(() => undefined);
    await this.#running?.catch(() => undefined);
    const fd = await this.#fd?.catch(() => undefined);
    if (fd !== undefined) {
      this.#fd = undefined;
      await closeFile(fd);
    }
  }
}
