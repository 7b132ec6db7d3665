/** What `start` shows once the pipeline runs: where to look, what to try. */

import { EMBEDDED } from "../../base/address.ts";
import { isEngineStream } from "../../base/record.ts";
import { showMs } from "../../base/units.ts";
import type { PipelineStatus } from "../../seams/status.ts";
import type { Started } from "../../runtime/start.ts";
import type { Paint } from "./paint.ts";
import { harmless } from "./text.ts";

export function startScreen(
  status: PipelineStatus,
  {
    started,
    tookMs,
    paint,
  }: { readonly started: Started; readonly tookMs: number; readonly paint: Paint },
): string {
  const label = (text: string): string => paint.dim(text.padEnd(11));
  const streams = status.streams.map(({ name }) => name).filter((name) => !isEngineStream(name));
  const running = status.sources.filter(({ state }) => state !== "off");
  const sources =
    running.length === 0
      ? paint.dim(status.sources.length === 0 ? "none" : "off (--no-sources)")
      : running.map(({ title }) => harmless(title)).join(", ");
  const lines = [
    "",
    `  ${paint.bold("Millrace")} runs ${paint.bold(harmless(status.pipeline))} ${paint.dim(`— up in ${showMs(tookMs)}`)}`,
    "",
    `  ${label("dashboard")}${paint.cyan(started.url)}`,
    `  ${label("data")}${harmless(status.data)}`,
    ...placeLines(status, label),
    `  ${label("streams")}${streams.map(harmless).join(", ")}`,
    `  ${label("sources")}${sources}`,
    "",
    `  ${paint.dim("post an event of your own:")}`,
    ...foldCurl(started.exampleCurl).map((line) => `  ${line}`),
    "",
    `  ${paint.dim("then:")} npx millrace status, npx millrace query "show tables", npx millrace verify ${paint.dim("· Ctrl-C stops")}`,
    "",
  ];
  return `${lines.join("\n")}\n`;
}

/** Only what is not where it always is. */
function placeLines({ places }: PipelineStatus, label: (text: string) => string): string[] {
  const all = Object.entries(places ?? {}).filter(([, address]) => address !== EMBEDDED);
  return all.map(([part, address]) => `  ${label(part)}${harmless(address)}`);
}

/** One argument per line, still one command when it is pasted. */
function foldCurl(curl: string): string[] {
  const parts = /^(curl \S+) (-H '[^']*'(?: -H "[^"]*")?) (-d [^]*)$/.exec(curl);
  return parts === null
    ? curl.split("\n")
    : [`${parts[1]} \\`, `  ${parts[2]} \\`, `  ${parts[3]}`];
}
