/** Sources of files, and their replays → plans. */

import { resolve } from "node:path";
import { isWebAddress, showAddress } from "../../base/address.ts";
import { fileFields, replayFields } from "../../define/sources/fields.ts";
import type { FileSourceDefinition, FileSourceOptions } from "../../define/sources/files.ts";
import type { ReplaySourceDefinition } from "../../define/sources/replay.ts";
import { refuseUnknown, settle } from "../settle.ts";
import { isLoopback, only, type SourcePlace, textOf, toTexts } from "./place.ts";
import type { FileSourcePlan, ReplaySourcePlan } from "./source-plan.ts";

const MEMBERS = ["kind", "stream", "title", "from", "columns", "headers"];
const SPEED_MAX = 1e9;

export function planFiles(given: FileSourceDefinition, place: SourcePlace): FileSourcePlan {
  refuseUnknown(given, [...MEMBERS, ...Object.keys(fileFields)], place);
  return { ...planRead(given, place), kind: "files" };
}

export function planReplay(given: ReplaySourceDefinition, place: SourcePlace): ReplaySourcePlan {
  const { path, problems } = place;
  const fields = { ...fileFields, ...replayFields };
  refuseUnknown(given, [...MEMBERS, "time", "speed", ...Object.keys(fields)], place);
  const { time, speed } = given;
  if (typeof time !== "string" || time === "") {
    problems.add(`${path}.time`, "A replay needs the field of time.", 'Write time: "date".');
  }
  if (speed !== "max" && !(typeof speed === "number" && speed > 0 && speed <= SPEED_MAX)) {
    problems.add(
      `${path}.speed`,
      "It is no speed.",
      `Write "max", or a number up to ${SPEED_MAX}.`,
    );
  }
  const settled = settle(replayFields, only(given, replayFields), place);
  const fast = speed === "max" ? "full speed" : `${speed}x`;
  const title = given.title ?? `Replay of ${showFrom(given.from)} at ${fast}`;
  return { ...planRead(given, place), ...settled, title, kind: "replay", time, speed };
}

function planRead(given: FileSourceOptions, place: SourcePlace): Omit<FileSourcePlan, "kind"> {
  const { path, problems, stream } = place;
  const from = [given.from].flat();
  if (from.length === 0 || from.some((one) => typeof one !== "string" || one === "")) {
    problems.add(`${path}.from`, "It names no files.", 'Write from: "inbox/*.csv".');
  }
  const { columns } = given;
  if (columns !== undefined && !(Array.isArray(columns) && columns.every(isName))) {
    problems.add(`${path}.columns`, "They are no names.", 'Write columns: ["a", "b"].');
  }
  const fields = stream?.fields ?? [];
  return {
    ...settle(fileFields, only(given, fileFields), place),
    stream: given.stream,
    title: given.title ?? `Files of ${showFrom(given.from)}`,
    from: from.map((one) => toFrom(textOf(one), place)),
    columns,
    headers: toTexts(given.headers, { path: `${path}.headers`, problems }),
    texts: fields.filter(({ type }) => type === "text").map(({ name }) => name),
  };
}

function toFrom(from: string, { path, problems, folder }: SourcePlace): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(from)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    return resolve(folder, from);
  }
  const known = scheme === "s3" || isWebAddress(from);
  if (!known || !URL.canParse(from) || new URL(from).password !== "") {
    const says = `${showAddress(from)} is no place of files.`;
    problems.add(`${path}.from`, says, "Name a path, https://… without a password, or s3://….");
  } else if (scheme === "http" && !isLoopback(new URL(from).hostname)) {
    const says = `${showAddress(from)} would come over the network for everybody to read and change.`;
    problems.add(`${path}.from`, says, "Use https://.");
  }
  return from;
}

function isName(name: unknown): boolean {
  return typeof name === "string" && name !== "";
}

function showFrom(from: string | readonly string[]): string {
  const [first = "", ...rest] = [from].flat();
  const more = rest.length === 0 ? "" : ` and ${rest.length} more`;
  return `${showAddress(textOf(first))}${more}`;
}
