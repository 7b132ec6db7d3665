/** The access keys of the settings: `ID:SECRET` pairs. */

import { Fault } from "../../base/faults.ts";
import { type AccessKeys, everything } from "./authority.ts";

const PAIR = /^(\w{4,128}):([\w+/=.-]{1,256})$/;

/** Throws AWS_KEYS_INVALID, never telling the text, which holds secrets. */
export function readAccessKeys(text: string | undefined): AccessKeys {
  const secrets = new Map<string, string>();
  const pairs = (text ?? "")
    .split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
  for (const [index, pair] of pairs.entries()) {
    const [, id = "", secret = ""] = PAIR.exec(pair) ?? [];
    if (id === "") {
      throw new Fault("AWS_KEYS_INVALID", { cause: `pair ${index + 1} is not ID:SECRET` });
    }
    secrets.set(id, secret);
  }
  return {
    secretsOf: (accessKeyId) => [secrets.get(accessKeyId)].filter((one) => one !== undefined),
    admit: () => everything,
  };
}

/** The first that knows a key answers for it. */
export function joinAccessKeys(all: readonly AccessKeys[]): AccessKeys {
  const of = (accessKeyId: string): AccessKeys | undefined =>
    all.find((keys) => keys.secretsOf(accessKeyId).length > 0);
  return {
    secretsOf: (accessKeyId) => of(accessKeyId)?.secretsOf(accessKeyId) ?? [],
    admit: (accessKeyId) => of(accessKeyId)?.admit(accessKeyId) ?? (() => false),
  };
}
