/** Where keys are worked on: at the running pipeline, or in the data folder when none runs on it. */

import { resolve } from "node:path";
import { isRecord } from "../reach/refusal.ts";
import type { KeyFacts, KeyWish, NewKey } from "../../seams/keys.ts";
import type { Doors } from "../doors.ts";
import { askJson, unexpected } from "../reach/ask.ts";
import { DATA_DEFAULT, findPipeline, type Reach } from "../reach/find-pipeline.ts";

export interface KeyDesk {
  list(): Promise<readonly KeyFacts[]>;
  /** What may be wrong with scopes that are taken all the same; a running pipeline refuses them. */
  doubt(scopes: readonly string[]): string | undefined;
  create(wish: KeyWish & { readonly expires?: string | undefined }): Promise<NewKey>;
  rotate(id: string, overlap: { readonly text: string; readonly ms: number }): Promise<NewKey>;
  revoke(id: string): Promise<KeyFacts>;
}

/** Without --url the folder decides: its pipeline when one runs, else its own file. */
export async function openKeyDesk(reach: Reach, doors: Doors): Promise<KeyDesk> {
  const folder = resolve(reach.data ?? DATA_DEFAULT);
  // The usual address is no answer here: it may be the pipeline of another folder.
  const { url } = findPipeline({ ...reach, data: folder });
  return url === undefined ? await folderDesk(folder, doors) : pipelineDesk(url);
}

async function folderDesk(folder: string, doors: Doors): Promise<KeyDesk> {
  const { offlineKeys, strayOffline } = await doors.keys();
  const keys = offlineKeys(folder);
  return {
    doubt: (scopes) => strayOffline(folder, scopes),
    list: () => Promise.resolve(keys.list()),
    create: (wish) => Promise.resolve(keys.create(wish)),
    rotate: (id, { ms }) => Promise.resolve(keys.rotate(id, ms)),
    revoke: (id) => Promise.resolve(keys.revoke(id)),
  };
}

function pipelineDesk(base: string): KeyDesk {
  async function post(path: string, json: unknown): Promise<Readonly<Record<string, unknown>>> {
    const { status, body } = await askJson(base, { method: "POST", path, json });
    if (!isRecord(body)) {
      throw unexpected(`${base}${path}`, status, "no key");
    }
    return body;
  }
  async function made(path: string, json: unknown): Promise<NewKey> {
    const body = await post(path, json);
    if (typeof body["secret"] !== "string" || !isKey(body["key"])) {
      throw unexpected(`${base}${path}`, 200, "no key");
    }
    return { key: body["key"], secret: body["secret"] };
  }
  return {
    doubt: () => undefined,
    list: async () => {
      const path = "/v1/keys";
      const { status, body } = await askJson(base, { method: "GET", path });
      const keys = isRecord(body) ? body["keys"] : undefined;
      if (!Array.isArray(keys) || !keys.every(isKey)) {
        throw unexpected(`${base}${path}`, status, "no list of keys");
      }
      return keys;
    },
    create: async ({ name, kind, scopes, expires, limits }) =>
      await made("/v1/keys", { name, kind, scopes, limits, expires: expires ?? null }),
    rotate: async (id, { text }) =>
      await made(`/v1/keys/${encodeURIComponent(id)}/rotate`, { overlap: text }),
    revoke: async (id) => {
      const path = `/v1/keys/${encodeURIComponent(id)}/revoke`;
      const { key } = await post(path, {});
      if (!isKey(key)) {
        throw unexpected(`${base}${path}`, 200, "no key");
      }
      return key;
    },
  };
}

function isKey(given: unknown): given is KeyFacts {
  return (
    isRecord(given) &&
    typeof given["id"] === "string" &&
    typeof given["name"] === "string" &&
    typeof given["state"] === "string" &&
    Array.isArray(given["scopes"]) &&
    isRecord(given["limits"])
  );
}
