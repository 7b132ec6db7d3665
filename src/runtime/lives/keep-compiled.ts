/** Compiled code is written down while a process lives: one that is killed would leave nothing for its next start. */

import { flushCompileCache } from "node:module";

/**
 * Called once what a process or a thread runs is loaded; at the next turn of the loop, which is when a start waits for
 * others. Writes what no earlier start has written, so that it costs the first one some tenths of a second, and others
 * nothing. Measured: of a small pipeline, a start that finds nothing takes 2.2 s of processor, one that finds all 1.1 s.
 */
export function keepCompiled(): void {
  setImmediate(() => flushCompileCache());
}
