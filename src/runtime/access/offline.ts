/** The keys of a data folder on which nothing runs; the folder is made when there is none yet. */

import type { Keys } from "../../seams/keys.ts";
import { withDataFolder } from "../data-folder.ts";
import { openKeyStore } from "./open-access.ts";

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
