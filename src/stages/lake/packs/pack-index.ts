/** What a pack says of itself: which objects it holds, byte for byte, and where. Its text is always the same bytes. */

import { refuseLater } from "../../../base/data-versions.ts";
import { Fault } from "../../../base/faults.ts";
import { type ObjectName, toObjectName } from "../../../base/object-name.ts";

/** An object that lies in a pack: the pack's head, then `bytes - head` bytes from `at` on. */
export interface PackMember {
  readonly cut: number;
  readonly name: ObjectName;
  readonly at: number;
  readonly bytes: number;
}

export interface Pack {
  readonly version: 1;
  readonly stream: string;
  readonly name: ObjectName;
  readonly bytes: number;
  readonly sha256: string;
  /** Bytes at the pack's beginning that are the beginning of every member: a CSV header, or nothing. */
  readonly head: number;
  readonly members: readonly PackMember[];
}

/** Packs stand apart from the streams' own folders: who watches these for new objects must not be told of old rows. */
const PACKS = "compacted";
export const INDEXES = "_packs";
const VERSION = 1;

/** The folder of an object's name, with its slash; "" where it has none. */
export function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/") + 1);
}

export interface PackNames {
  readonly pack: ObjectName;
  readonly index: ObjectName;
}

/** Names of the pack of a stream's cuts `from` to `to`, whose objects lie in `folder`. */
export function packNames(
  { stream, from, to }: { readonly stream: string; readonly from: number; readonly to: number },
  folder: string,
  suffix: string,
): PackNames {
  const cuts = [from, to].map((cut) => String(cut).padStart(12, "0")).join("-");
  return {
    pack: toName(`${PACKS}/${folder}${cuts}-${stream}${suffix}`),
    index: toName(`${INDEXES}/${folder}${cuts}-${stream}.json`),
  };
}

function toName(text: string): ObjectName {
  const name = toObjectName(text);
  if (name === undefined) {
    throw new Fault("OBJECT_NAME_INVALID", { name: text, cause: "it is too long for a pack" });
  }
  return name;
}

export function packText({ stream, name, bytes, sha256, head, members }: Pack): string {
  const ordered = members.map(({ cut, name: of, at, bytes: size }) => [cut, of, at, size]);
  return `${JSON.stringify({ version: 1, stream, name, bytes, sha256, head, members: ordered })}\n`;
}

/** Throws OBJECT_DAMAGED where the text is no pack's index, DATA_NEWER where a later version wrote it. */
export function fromPackText(text: string, index: ObjectName): Pack {
  const given = parse(text);
  refuseLater(given["version"], index, VERSION);
  const pack = toPack(given);
  if (pack === undefined) {
    throw new Fault("OBJECT_DAMAGED", { name: index, cause: "it is not a pack's index" });
  }
  return pack;
}

type Members = Readonly<Record<string, unknown>>;

function parse(text: string): Members {
  try {
    return Object(JSON.parse(text)) as Members;
  } catch {
    return {};
  }
}

function toPack(given: Members): Pack | undefined {
  const { version, stream, bytes, sha256, head } = given;
  const name = toObjectName(given["name"]);
  const members = Array.isArray(given["members"]) ? given["members"].map(toMember) : [undefined];
  const whole =
    version === VERSION &&
    typeof stream === "string" &&
    name !== undefined &&
    /^[0-9a-f]{64}$/.test(String(sha256)) &&
    isCount(bytes) &&
    isCount(head);
  if (!whole || members.includes(undefined)) {
    return undefined;
  }
  const proved = members.filter((member) => member !== undefined);
  return { version: 1, stream, name, bytes, sha256: String(sha256), head, members: proved };
}

function toMember(input: unknown): PackMember | undefined {
  const [cut, given, at, bytes] = Array.isArray(input) ? (input as unknown[]) : [];
  const name = toObjectName(given);
  return name !== undefined && isCount(cut) && isCount(at) && isCount(bytes)
    ? { cut, name, at, bytes }
    : undefined;
}

function isCount(input: unknown): input is number {
  return Number.isSafeInteger(input) && (input as number) >= 0;
}
