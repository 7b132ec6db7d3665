/** Decides which objects of a stream are put together. Pure: one cut after another goes in, whole groups come out. */

import type { Instant } from "../../../base/clock.ts";
import type { StoredPart } from "../../../seams/announce.ts";
import { folderOf } from "./pack-index.ts";

/** A part of a loaded cut. */
export interface Candidate {
  readonly cut: number;
  readonly cutAt: Instant;
  readonly part: StoredPart;
}

export interface PackLimits {
  readonly targetBytes: number;
  readonly membersMax: number;
}

/** Objects of one folder and one kind, in the order of their cuts, that fit one pack. */
export interface Group {
  readonly folder: string;
  readonly members: readonly Candidate[];
  readonly bytes: number;
}

export interface Chosen {
  /** What goes on growing; undefined where the next candidate begins anew. */
  readonly open: Group | undefined;
  /** What is complete: another folder has begun, or the pack is full. */
  readonly closed: Group | undefined;
}

export function choose(open: Group | undefined, next: Candidate, limits: PackLimits): Chosen {
  if (!isSmall(next.part, limits.targetBytes)) {
    return { open: undefined, closed: open };
  }
  const { part } = next;
  if (open === undefined || !isAlike(open, part)) {
    return { open: begin(next), closed: open };
  }
  if (open.bytes + part.bytes > limits.targetBytes) {
    return { open: begin(next), closed: open };
  }
  const grown = { ...open, members: [...open.members, next], bytes: open.bytes + part.bytes };
  return grown.members.length >= limits.membersMax
    ? { open: undefined, closed: grown }
    : { open: grown, closed: undefined };
}

/** Whether an open group is packed as it is: nothing came into its folder for so long. */
export function isDue(
  { members }: Group,
  { now, after }: { now: Instant; after: number },
): boolean {
  const last = members.at(-1);
  return last !== undefined && now - last.cutAt >= after;
}

function begin(first: Candidate): Group {
  return { folder: folderOf(first.part.name), members: [first], bytes: first.part.bytes };
}

/** Parquet has its index at its end and cannot be put together as bytes; neither can CSV that does not tell its head. */
function isSmall(part: StoredPart, targetBytes: number): boolean {
  const { format, compression, bytes, head } = part;
  const joins = format === "ndjson" || (format === "csv" && head !== undefined);
  return joins && compression !== "snappy" && bytes < targetBytes / 2;
}

function isAlike({ folder, members }: Group, part: StoredPart): boolean {
  const first = members[0]?.part;
  return (
    folderOf(part.name) === folder &&
    first?.format === part.format &&
    first.compression === part.compression &&
    first.head === part.head
  );
}
