/** The journey as text: one line while it runs, one screen when asked. */

import { DEAD_LETTERS, isEngineStream } from "../../base/record.ts";
import { showBytes, showMs } from "../../base/units.ts";
import type { Trouble } from "../../seams/meter.ts";
import type { PipelineStatus, StreamStatus } from "../../seams/status.ts";
import { showAgo, showCount, showCounted, showRate } from "./numbers.ts";
import type { Paint } from "./paint.ts";
import { alignRows } from "./table.ts";
import { harmless } from "./text.ts";
import { colourOf } from "./verification.ts";

/** Less free than this part of the volume is worth a colour. */
const DISK_TIGHT = 0.1;
/** The line of the disk names the largest parts; --json has them all. */
const DISK_PARTS_SHOWN = 3;

/** What the line at the foot of `start` says, in 80 columns for most; troubles come first. `before` gives the rate. */
export function statusLine(
  now: PipelineStatus,
  before: PipelineStatus | undefined,
  paint: Paint,
): string {
  const streams = usersStreams(now);
  const loaded = sum(streams, ({ warehouse }) => warehouse.rows);
  const lagMs = Math.max(0, ...streams.map((one) => one.lagMs));
  const letters = now.streams.find(({ name }) => name === DEAD_LETTERS)?.warehouse.rows ?? 0;
  const troubles = troublesOf(now);
  const parts = [
    paint.bold(showRate(rateOf(now, before))),
    ...(troubles.length === 0 ? [] : [paint.red(showCounted(troubles.length, "trouble"))]),
    `${showCount(loaded)} loaded`,
    `lag ${showMs(lagMs)}`,
    letters === 0 ? "no dead letters" : paint.yellow(showCounted(letters, "dead letter")),
    booksOf(now, paint),
  ];
  return parts.join(paint.dim(" · "));
}

/** The same facts for programs that read `start --json`. */
export function statusFacts(now: PipelineStatus): Record<string, unknown> {
  const streams = usersStreams(now);
  return {
    accepted: sum(streams, ({ stream }) => stream.records),
    in_warehouse: sum(streams, ({ warehouse }) => warehouse.rows),
    on_their_way: sum(streams, ({ onTheirWay }) => onTheirWay),
    lag_ms: Math.max(0, ...streams.map((one) => one.lagMs)),
    books: now.books?.state,
    troubles: troublesOf(now).map(({ place, trouble }) => ({ place, ...trouble })),
  };
}

/** One screen; ends with a line feed. */
export function showStatus(
  now: PipelineStatus,
  before: PipelineStatus | undefined,
  paint: Paint,
): string {
  const sections = [
    headOf(now, paint),
    streamsOf(now, before, paint),
    modelsOf(now, paint),
    sourcesOf(now, paint),
    wireOf(now, paint),
    diskOf(now, paint),
    troubleLines(now, paint),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function headOf(now: PipelineStatus, paint: Paint): string[] {
  const up = now.warehouse.up ? "" : paint.red("  the warehouse is down");
  return [
    `${paint.bold(harmless(now.pipeline))}  ${paint.cyan(harmless(now.url))}  ${booksOf(now, paint)}${up}`,
    paint.dim(
      `up ${showMs(now.now - now.startedAt)}, ${showBytes(now.memoryBytes)} of memory, data in ${harmless(now.data)}, plan ${now.planHash.slice(0, 12)}, version ${now.version}`,
    ),
  ];
}

function booksOf(now: PipelineStatus, paint: Paint): string {
  if (now.books === undefined) {
    return paint.dim("books not closed yet");
  }
  const { state, at } = now.books;
  return `books ${colourOf(state, paint)(state)} ${paint.dim(showAgo(now.now - at))}`;
}

function streamsOf(
  now: PipelineStatus,
  before: PipelineStatus | undefined,
  paint: Paint,
): string[] {
  const head = [
    "stream",
    "accepted",
    "delivered",
    "in warehouse",
    "on the way",
    "lag",
    "set aside",
  ];
  const rated = before === undefined ? [] : ["rate"];
  const rows = now.streams.map((one) => {
    const was = before?.streams.find(({ name }) => name === one.name);
    const setAside = one.delivery.failed + one.warehouse.setAside;
    return [
      isEngineStream(one.name) ? paint.dim(one.name) : paint.bold(harmless(one.name)),
      showCount(one.stream.records),
      showCount(one.delivery.records),
      showCount(one.warehouse.rows),
      one.onTheirWay === 0 ? paint.dim("0") : paint.yellow(showCount(one.onTheirWay)),
      showMs(one.lagMs),
      setAside === 0 ? paint.dim("0") : paint.yellow(showCount(setAside)),
      ...(before === undefined ? [] : [showRate(recordsPerSecond(one, was, now.now - before.now))]),
    ];
  });
  const sides = ["left", ...Array.from({ length: 7 }, () => "right" as const)] as const;
  const { accepted, duplicates, rejected, refusedBusy } = now.gateway;
  const known = duplicates === 0 ? "" : ` (${showCounted(duplicates, "duplicate")} among them)`;
  const door = `door, since start: ${showCount(accepted)} accepted${known}, ${showCount(rejected)} set aside, ${showCount(refusedBusy)} told to wait`;
  return [
    ...alignRows([[...head, ...rated].map((name) => paint.dim(name)), ...rows], sides),
    paint.dim(door),
  ];
}

function modelsOf(now: PipelineStatus, paint: Paint): string[] {
  if (now.models.length === 0) {
    return [];
  }
  const head = ["model", "rows", "runs", "last run", "state"].map((name) => paint.dim(name));
  const rows = now.models.map((model) => [
    paint.bold(harmless(model.name)),
    showCount(model.rows),
    showCount(model.runs),
    model.runs === 0 ? paint.dim("–") : showMs(model.lastRunMs),
    stateOf(model, paint),
  ]);
  return alignRows([head, ...rows], ["left", "right", "right", "right", "left"]);
}

/** In the dashboard's words. */
function stateOf(model: PipelineStatus["models"][number], paint: Paint): string {
  const behind = model.newestLoad - model.load;
  if (model.trouble !== undefined) {
    return paint.red("failing");
  }
  if (model.runs === 0) {
    return paint.dim("no runs");
  }
  return behind > 0
    ? paint.yellow(`${showCounted(behind, "load")} behind`)
    : paint.dim("up to date");
}

function sourcesOf(now: PipelineStatus, paint: Paint): string[] {
  if (now.sources.length === 0) {
    return [];
  }
  const head = ["source", "state", "records", ""].map((name) => paint.dim(name));
  const rows = now.sources.map((source) => [
    paint.bold(harmless(source.name)),
    source.state === "failed" ? paint.red(source.state) : source.state,
    showCount(source.records),
    paint.dim(`${harmless(source.title)} → ${harmless(source.stream)}`),
  ]);
  const more = now.sources.flatMap(({ name, progress, lag, notes = [] }) => {
    const far = [progress, lag === undefined ? undefined : `${lag} behind`];
    const said = [far.filter((one) => one !== undefined).join(", "), ...notes];
    return said.filter((one) => one !== "").map((one) => `${name}: ${one}`);
  });
  const lines = more.map((one) => paint.dim(`  ${harmless(one)}`));
  return [...alignRows([head, ...rows], ["left", "left", "right", "left"]), ...lines];
}

function wireOf({ wireStreams = [] }: PipelineStatus, paint: Paint): string[] {
  if (wireStreams.length === 0) {
    return [];
  }
  const head = ["made over the wire", "service", "records"].map((name) => paint.dim(name));
  const rows = wireStreams.map(({ name, service, records }) => [
    paint.bold(harmless(name)),
    service,
    showCount(records),
  ]);
  return alignRows([head, ...rows], ["left", "left", "right"]);
}

function diskOf({ now, disk, keeper }: PipelineStatus, paint: Paint): string[] {
  if (disk === undefined) {
    return [];
  }
  const parts = disk.parts.filter(({ bytes }) => bytes > 0).toSorted((a, b) => b.bytes - a.bytes);
  const bytesOf = (some: typeof parts): number =>
    some.reduce((total, { bytes }) => total + bytes, 0);
  const rest = bytesOf(parts.slice(DISK_PARTS_SHOWN));
  const shown = [
    ...parts.slice(0, DISK_PARTS_SHOWN).map(({ name, bytes }) => `${name} ${showBytes(bytes)}`),
    ...(rest > 0 ? [`the rest ${showBytes(rest)}`] : []),
  ].join(paint.dim(" · "));
  const free = `${showBytes(disk.freeBytes)} free of ${showBytes(disk.volumeBytes)}`;
  const packed =
    keeper === undefined || keeper.objects === 0
      ? ""
      : `, ${showCounted(keeper.objects, "object")} put into ${showCounted(keeper.packs, "pack")}`;
  const tight = disk.freeBytes < disk.volumeBytes * DISK_TIGHT ? paint.yellow(free) : free;
  return [
    `${paint.bold("disk")}  ${showBytes(bytesOf(parts))}: ${shown}`,
    paint.dim(`${tight}${packed}, looked at ${showAgo(now - disk.at)}`),
  ];
}

function troubleLines(now: PipelineStatus, paint: Paint): string[] {
  return troublesOf(now).map(({ place, trouble }) => {
    const since = `${showAgo(now.now - trouble.since)}, ${showCounted(trouble.attempts, "attempt")}`;
    return `${paint.red("trouble")}  ${paint.bold(place)}: ${harmless(trouble.message)} ${paint.dim(`(${since})`)}`;
  });
}

/** Lines for troubles that are not in `told` yet, and for those of it that are over; `told` is brought up to date. */
export function newsOfTroubles(now: PipelineStatus, told: Set<string>, paint: Paint): string[] {
  const troubles = troublesOf(now);
  const open = new Set(troubles.map(({ place }) => place));
  const over = [...told].filter((place) => !open.has(place));
  const fresh = troubles.filter(({ place }) => !told.has(place));
  over.forEach((place) => told.delete(place));
  fresh.forEach(({ place }) => told.add(place));
  return [
    ...fresh.map(
      ({ place, trouble }) =>
        `${paint.red("trouble")}  ${paint.bold(place)}: ${harmless(trouble.message)}`,
    ),
    ...over.map((place) => `${paint.green("mended")}   ${paint.bold(place)}`),
  ];
}

interface Placed {
  readonly place: string;
  readonly trouble: Trouble;
}

function troublesOf(now: PipelineStatus): Placed[] {
  const all: { readonly place: string; readonly trouble: Trouble | undefined }[] = [
    ...now.streams.flatMap(({ name, dedupe, stream, delivery, warehouse }) => [
      { place: `${name}, repeats`, trouble: dedupe.trouble },
      { place: `${name}, stream`, trouble: stream.trouble },
      { place: `${name}, delivery`, trouble: delivery.trouble },
      { place: `${name}, loading`, trouble: warehouse.trouble },
    ]),
    ...now.models.map(({ name, trouble }) => ({ place: `model ${name}`, trouble })),
    ...now.sources.map(({ name, trouble }) => ({ place: `source ${name}`, trouble })),
    ...(now.wireStreams ?? []).map(({ service, name, trouble }) => ({
      place: `${service} stream ${name}`,
      trouble,
    })),
    { place: "TLS", trouble: now.gateway.tls?.trouble },
    { place: "lake upkeep", trouble: now.keeper?.trouble },
  ];
  // Over HTTP an absent trouble is a missing member.
  return all.flatMap(({ place, trouble }) => (trouble === undefined ? [] : [{ place, trouble }]));
}

function usersStreams(now: PipelineStatus): StreamStatus[] {
  return now.streams.filter(({ name }) => !isEngineStream(name));
}

function sum(streams: readonly StreamStatus[], of: (one: StreamStatus) => number): number {
  return streams.reduce((total, one) => total + of(one), 0);
}

function rateOf(now: PipelineStatus, before: PipelineStatus | undefined): number {
  if (before === undefined) {
    return 0;
  }
  const grown =
    sum(usersStreams(now), ({ stream }) => stream.records) -
    sum(usersStreams(before), ({ stream }) => stream.records);
  return (Math.max(0, grown) * 1000) / Math.max(1, now.now - before.now);
}

function recordsPerSecond(now: StreamStatus, was: StreamStatus | undefined, ms: number): number {
  const grown = now.stream.records - (was?.stream.records ?? now.stream.records);
  return (Math.max(0, grown) * 1000) / Math.max(1, ms);
}
