/** The access keys of the settings: `ID:SECRET` pairs. */

import { Fault } from "../../base/faults.ts";
import type { AccessKeys } from "./authority.ts";

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
  return { secretOf: (accessKeyId) => secrets.get(accessKeyId) };
}
