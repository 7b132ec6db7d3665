/** Keys as people read them: a table, and a new key the only time it is told. */

import type { KeyFacts, KeyLimits, NewKey } from "../../seams/keys.ts";
import type { Paint } from "./paint.ts";
import { alignRows } from "./table.ts";
import { harmless } from "./text.ts";

export function showKeys(keys: readonly KeyFacts[], paint: Paint): string {
  if (keys.length === 0) {
    return `There are no keys. Make one: ${paint.bold("millrace keys create --name NAME --scope ingest")}\n`;
  }
  const head = ["id", "kind", "name", "scopes", "state", "until", "limits", "today"].map(paint.dim);
  const rows = keys.map((key) => [
    key.id,
    key.kind,
    harmless(key.name),
    harmless(key.scopes.join(" ")),
    key.state === "active" ? key.state : paint.red(key.state),
    showTime(key.revoked_at ?? key.expires_at),
    showLimits(key.limits),
    String(key.used_today),
  ]);
  const sides = ["left", "left", "left", "left", "left", "left", "left", "right"] as const;
  return `${alignRows([head, ...rows], sides).join("\n")}\n`;
}

export function showNewKey({ key, secret }: NewKey, paint: Paint): string {
  const until =
    key.overlap_until === null
      ? []
      : [`The secret before is taken until ${showTime(key.overlap_until)}.`];
  const lines = [
    `Key ${paint.bold(key.id)} (${harmless(key.name)}): ${key.scopes.join(", ")}`,
    "",
    ...(key.access_key_id === null
      ? [
          `  ${paint.bold(secret)}`,
          "",
          "It is shown this once; only its hash is kept. Send it as `Authorization: Bearer …` or `x-api-key`;",
          "the commands of Millrace read it from MILLRACE_KEY.",
        ]
      : [
          `  ${paint.bold(`export AWS_ACCESS_KEY_ID=${key.access_key_id}`)}`,
          `  ${paint.bold(`export AWS_SECRET_ACCESS_KEY=${secret}`)}`,
          "",
          "The secret is shown this once, and kept sealed: signatures are made of it.",
        ]),
    ...until,
  ];
  return `${lines.join("\n")}\n`;
}

function showLimits({ rate, burst, daily }: KeyLimits): string {
  const parts = [
    ...(rate === undefined ? [] : [`${rate}/s`]),
    ...(burst === undefined ? [] : [`burst ${burst}`]),
    ...(daily === undefined ? [] : [`${daily}/day`]),
  ];
  return parts.length === 0 ? "none" : parts.join(", ");
}

function showTime(iso: string | null): string {
  return iso === null ? "-" : `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
