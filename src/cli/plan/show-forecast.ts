/** The forecast as text: sizes, cost by part, latency by stop, what breaks first, and the other routes beside it. */

import { showBytes } from "../../base/units.ts";
import type { CostLine, Forecast, RouteForecast, StreamForecast } from "../../deploy/index.ts";
import { showCount } from "../show/numbers.ts";
import type { Paint } from "../show/paint.ts";
import { alignRows } from "../show/table.ts";
import { harmless } from "../show/text.ts";

const BREAKING_SHOWN = 3;

export function showForecast(forecast: Forecast, paint: Paint): string {
  const { models } = forecast;
  const awake =
    models === undefined
      ? ""
      : `, and ${showUsd(models.usd)} for the models' warehouse while events come without a pause (deploy.snowflake.lag)`;
  return [
    ...forecast.streams.flatMap((stream) => [...showStream(stream, paint), ""]),
    `${paint.bold("a month in all")}  ${showUsd(forecast.usdPerMonth)}  ` +
      paint.dim(`of which ${showUsd(sumOf(forecast.standing))} however much comes${awake}`),
    paint.dim(
      `list prices of ${forecast.pricesOf}, us-east-1; no discounts, taxes, transfer or queries`,
    ),
  ].join("\n");
}

function showStream(stream: StreamForecast, paint: Paint): string[] {
  const { workload, cuts, breaking } = stream;
  const [chosen, ...others] = stream.routes;
  const head =
    `${paint.bold(harmless(workload.stream))}  at ${showCount(workload.eventsPerSecond)} events/s, ` +
    `${showCount(workload.eventsPerRequest)} a request`;
  const sizes =
    `  event ${showBytes(Math.round(workload.eventBytes))} (largest ${showBytes(workload.eventBytesMax)}), ` +
    `row ${showBytes(Math.round(workload.rowBytes))}, stored ${Math.round(workload.compressed * 100)} %, ` +
    `${Math.round(workload.kept * 100)} % become rows`;
  const objects =
    `  an object each ${showSeconds(cuts.secondsApart)} by ${cuts.by}, ${showBytes(Math.round(cuts.storedBytes))}, ` +
    `${showCount(cuts.records)} records`;
  return [
    head,
    sizes,
    objects,
    ...(chosen === undefined ? [] : showRoute(chosen, paint)),
    ...showBreaking(breaking, workload.eventsPerSecond, paint),
    ...(others.length === 0 ? [] : showOthers([chosen, ...others], paint)),
  ];
}

function showRoute({ title, lines, usdPerMonth, stops }: RouteForecast, paint: Paint): string[] {
  const parts = Map.groupBy(lines, ({ part }) => part);
  const rows = [...parts].map(([part, some]) => [`    ${part}`, showUsd(sumOf(some))]);
  const waits = stops.map(({ stop, p50Seconds, p95Seconds }) => [
    `    ${stop}`,
    showSeconds(p50Seconds),
    showSeconds(p95Seconds),
  ]);
  return [
    `  ${paint.bold(title)}: ${showUsd(usdPerMonth)} a month`,
    ...alignRows(rows, ["left", "right"]),
    paint.dim("    until it can be queried, p50 and p95"),
    ...alignRows(waits, ["left", "right", "right"]),
  ];
}

function showBreaking(breaking: StreamForecast["breaking"], rate: number, paint: Paint): string[] {
  const rows = breaking.slice(0, BREAKING_SHOWN).map(({ limit, eventsPerSecond, remedy }) => {
    const at = `${showCount(Math.floor(eventsPerSecond))}/s`;
    const broken = eventsPerSecond < rate;
    return [
      `    ${broken ? paint.red(at) : at}`,
      broken ? paint.red(limit) : limit,
      paint.dim(remedy),
    ];
  });
  return [`  ${paint.bold("what breaks first")}`, ...alignRows(rows, ["right", "left", "left"])];
}

function showOthers(routes: readonly (RouteForecast | undefined)[], paint: Paint): string[] {
  const rows = routes.flatMap((route) =>
    route === undefined
      ? []
      : [
          [
            `    ${route.title}`,
            showUsd(route.usdPerMonth),
            showSeconds(route.p50Seconds),
            showSeconds(route.p95Seconds),
          ],
        ],
  );
  const header = ["", "a month", "p50", "p95"].map((name) => paint.dim(name));
  return [
    `  ${paint.bold("side by side")}`,
    ...alignRows([header, ...rows], ["left", "right", "right", "right"]),
  ];
}

function sumOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}

function showUsd(usd: number): string {
  return usd < 100 ? `$${usd.toFixed(2)}` : `$${showCount(Math.round(usd))}`;
}

function showSeconds(seconds: number): string {
  if (seconds < 1) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  return seconds < 90
    ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
    : `${(seconds / 60).toFixed(1)} min`;
}
