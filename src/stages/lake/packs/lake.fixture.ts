/** For tests: a lake in a folder with many small objects of one stream, and what each of them must be for ever. */

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type Instant, toInstant } from "../../../base/clock.ts";
import type { ObjectName } from "../../../base/object-name.ts";
import type { Manifest, StoredPart } from "../../../seams/announce.ts";
import { type Lake, folderPlace, openLake } from "../open-lake.ts";

export const STREAM = "prices";
export const HOUR_MS = 3_600_000;
/** When the first cut is made; one is made each minute. */
export const BEGUN = toInstant(Date.UTC(2026, 6, 13, 14));

export function openTestLake(folder: string): Promise<Lake> {
  return openLake({ place: folderPlace(folder), writes: true });
}

/** Cuts `from` to `to`; every fifth has failed records too. CSV whose header is packed by itself, as delivery does. */
export async function fillLake(lake: Lake, from: number, to: number): Promise<void> {
  for (let cut = from; cut <= to; cut += 1) {
    const at = toInstant(BEGUN + cut * 60_000);
    const hour = new Date(at).toISOString().slice(0, 13).replaceAll(/[-T]/g, "/");
    const header = gzipSync("price,_event_id\n");
    const bytes = Buffer.concat([header, gzipSync(`${cut},e${cut}\n`.repeat(cut % 7 || 7))]);
    const object = await put(lake, `prices/${hour}/${number(cut)}.csv.gz`, bytes);
    const letter = Buffer.from(`{"id":"l${cut}"}\n`);
    const failed =
      cut % 5 === 0 ? await put(lake, `errors/${hour}/${number(cut)}.ndjson`, letter) : undefined;
    await lake.announcements.publish({
      ...manifestOf(cut, at),
      object: { ...object, head: header.length },
      failed,
    });
  }
}

function number(cut: number): string {
  return String(cut).padStart(6, "0");
}

async function put(lake: Lake, name: string, bytes: Buffer): Promise<StoredPart> {
  await lake.store.put(name as ObjectName, [bytes]);
  return {
    name: name as ObjectName,
    format: name.endsWith(".ndjson") ? "ndjson" : "csv",
    compression: name.endsWith(".gz") ? "gzip" : "none",
    records: 1,
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}

function manifestOf(cut: number, at: Instant): Omit<Manifest, "object" | "failed"> {
  return {
    version: 1,
    stream: STREAM,
    cut,
    records: 1,
    ranges: [{ shard: 0, first: cut, last: cut }],
    dropped: [],
    discovered: {},
    firstAcceptedAt: at,
    lastAcceptedAt: at,
    cutAt: at,
    planHash: "p",
  };
}

/** Objects of all cuts up to `to` that are not there byte for byte, by every way of asking. */
export async function lostFrom(lake: Lake, from: number, to: number): Promise<readonly string[]> {
  const listed = new Map<string, number>();
  for await (const { name, bytes } of lake.store.list("")) {
    listed.set(name, bytes);
  }
  const lost: string[] = [];
  for (let cut = from; cut <= to; cut += 1) {
    const manifest = await lake.announcements.read(STREAM, cut);
    for (const part of [manifest?.object, manifest?.failed]) {
      const bytes = part && (await lake.store.get(part.name));
      const hash = bytes && createHash("sha256").update(bytes).digest("hex");
      if (part !== undefined && (hash !== part.sha256 || listed.get(part.name) !== part.bytes)) {
        lost.push(part.name);
      }
    }
  }
  return lost;
}
