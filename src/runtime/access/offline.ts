/** The keys of a data folder on which nothing runs; the folder is made when there is none yet. */

import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { DEAD_LETTERS, isEngineStream } from "../../base/record.ts";
import type { Keys } from "../../seams/keys.ts";
import { dataPaths, withDataFolder } from "../data-folder.ts";
import { openKeyStore } from "./open-access.ts";
import { strayOf } from "./scopes.ts";

/** Each call takes the folder, and throws DATA_LOCKED when a pipeline runs on it by now. */
export function offlineKeys(data: string): Keys {
  const on = <T>(work: (keys: Keys) => T): T =>
    withDataFolder(data, (paths) => work(openKeyStore(paths)));
  return {
    list: () => on((keys) => keys.list()),
    create: (wish) => on((keys) => keys.create(wish)),
    rotate: (id, overlapMs) => on((keys) => keys.rotate(id, overlapMs)),
    revoke: (id) => on((keys) => keys.revoke(id)),
  };
}

/**
 * Which of the scopes names no stream that has run on the folder, as a sentence, once any has. Only a doubt: the
 * definition may have another one by now, which is there from its next start on.
 */
export function strayOffline(data: string, scopes: readonly string[]): string | undefined {
  const streams = dirname(dataPaths(data).stream(DEAD_LETTERS));
  if (!existsSync(streams)) {
    return undefined;
  }
  const ingest = readdirSync(streams).filter((name) => !isEngineStream(name));
  return strayOf(scopes, { ingest: ingest.toSorted() });
}
