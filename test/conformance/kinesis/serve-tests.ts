/** The AWS services of a pipeline while the tests of a file run: set up before them, gone after. */

import { afterAll, beforeAll } from "vitest";
import { defined } from "../../../src/base/assert.ts";
import type { Clock } from "../../../src/base/clock.ts";
import { scratchFolder, serve, type Served, type ServeSettings } from "./serve.ts";

interface ServedTests extends Omit<Served, typeof Symbol.asyncDispose> {
  /** Ends it and begins it again over the same folder. */
  restart(): Promise<void>;
}

/** Served while the tests of a file, or of its `describe`, run. */
export function serveTests(settings: ServeSettings = {}, clock?: Clock): ServedTests {
  let scratch: ReturnType<typeof scratchFolder> | undefined;
  let served: Served | undefined;
  const now = (): Served => defined(served, "tests run after what comes before all of them");
  const begin = async (): Promise<void> => {
    scratch ??= scratchFolder();
    served = await serve(scratch.path, settings, clock);
  };
  const end = async (): Promise<void> => await served?.[Symbol.asyncDispose]();
  beforeAll(begin);
  afterAll(async () => {
    await end();
    scratch?.[Symbol.dispose]();
  });
  return {
    get url() {
      return now().url;
    },
    get front() {
      return now().front;
    },
    client: (how, more) => now().client(how, more),
    trim: () => now().trim(),
    async restart() {
      await end();
      await begin();
    },
  };
}
