/** One lake, one data folder: the first to open a prefix writes its name there, and no other may. */

import { hostname } from "node:os";
import { Fault } from "../../base/faults.ts";
import type { ObjectName } from "../../base/object-name.ts";
import type { ObjectStore } from "../../seams/store.ts";

/** A data folder, as it is known to others. */
export interface Owner {
  /** Random, made with the folder. */
  readonly id: string;
  readonly path: string;
}

const NAME = "_owner.json" as ObjectName; // One part, of letters and what else a name may have.

/** Two pipelines that publish cuts under one prefix would each take the other's for damage. Throws LAKE_TAKEN. */
export async function claimLake(store: ObjectStore, owner: Owner, address: string): Promise<void> {
  const text = JSON.stringify({ ...owner, host: hostname() });
  if ((await store.put(NAME, [Buffer.from(text)])) === "stored") {
    return;
  }
  const found = readOwner((await store.get(NAME))?.toString("utf8") ?? "");
  if (found.id !== owner.id) {
    throw new Fault("LAKE_TAKEN", { address, owner: `${found.path} on ${found.host}` });
  }
}

function readOwner(text: string): Readonly<Record<"id" | "path" | "host", string>> {
  try {
    const { id, path, host } = JSON.parse(text) as Record<string, unknown>;
    return { id: String(id), path: String(path), host: String(host) };
  } catch {
    return { id: "", path: "unknown", host: "unknown" };
  }
}
