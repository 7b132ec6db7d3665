/** A line chart of the history that follows it live; the canvas is one image to those who cannot see it. */

import { useSignalEffect, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { history } from "../live/feed.ts";
import { spanMs, type Sample } from "../live/history.ts";
import { colour, faded, scheme } from "./colours.ts";

export interface Line {
  readonly colour: string;
  readonly fill: boolean;
  /** Undefined where the line breaks off. */
  readonly of: (sample: Sample) => number | undefined;
}

export interface LineChartProps {
  readonly says: string;
  readonly lines: readonly Line[];
  readonly axis: (value: number) => string;
  /** How far apart the marks of the axis may be, where powers of ten are not how its unit is counted. */
  readonly axisSteps?: readonly number[];
  /** What the scale reaches to at least, so that noise does not look like a flood. */
  readonly least: number;
  readonly pointed: Signal<Sample | undefined>;
}

/** Times in seconds, then one list per line. */
type Columns = [times: number[], ...lines: (number | null)[][]];

const HEIGHT = 148;
/** Seconds are written only where the marks are less than a minute apart. */
const SECOND = new Intl.DateTimeFormat("en", { timeStyle: "medium", hourCycle: "h23" });
const MINUTE = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

export function LineChart(props: LineChartProps): ComponentChildren {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  useEffect(() => {
    const home = box.current;
    if (home === null) {
      return undefined;
    }
    chart.current = new uPlot(optionsOf(props, home.clientWidth), dataOf(props.lines), home);
    const watcher = new ResizeObserver(() => {
      chart.current?.setSize({ width: home.clientWidth, height: HEIGHT });
    });
    watcher.observe(home);
    return () => {
      watcher.disconnect();
      chart.current?.destroy();
    };
    // Colours are part of the options: another scheme is another chart.
  }, [scheme.value]);
  useSignalEffect(() => {
    // Read before anything else, so that the effect follows it even before the chart is there.
    const data = dataOf(props.lines);
    chart.current?.batch(() => {
      chart.current?.setData(data, false);
      chart.current?.setScale("x", windowOf());
      chart.current?.setScale("y", { min: 0, max: ceiling(data, props.least) });
    });
  });
  return <div ref={box} class="line-chart" role="img" aria-label={props.says} />;
}

function optionsOf(props: LineChartProps, width: number): uPlot.Options {
  const axis = axisLook();
  return {
    width,
    height: HEIGHT,
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 }, sync: { key: "pulse" } },
    scales: { x: { time: true, auto: false }, y: { auto: false, range: [0, 1] } },
    series: [{}, ...props.lines.map(seriesOf)],
    axes: [
      { ...axis, space: 72, size: 26, values: showTimes },
      { ...axis, space: 28, size: 56, values: (_, at) => at.map(props.axis), ...stepsOf(props) },
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const { idx } = plot.cursor;
          const inside = (plot.cursor.left ?? -1) >= 0;
          const at = inside && typeof idx === "number" ? history.peek().samples[idx] : undefined;
          props.pointed.value = at;
        },
      ],
    },
  };
}

function stepsOf({ axisSteps }: LineChartProps): { incrs?: uPlot.Axis.Incrs } {
  return axisSteps === undefined ? {} : { incrs: [...axisSteps] };
}

function showTimes(_: uPlot, at: number[], ...[, , step = 60]: number[]): string[] {
  const form = step < 60 ? SECOND : MINUTE;
  return at.map((one) => form.format(one * 1000));
}

function axisLook(): uPlot.Axis {
  const line = { stroke: colour("line"), width: 1 };
  return {
    stroke: colour("muted"),
    font: '11px "Inter Variable", system-ui, sans-serif',
    grid: line,
    ticks: { show: false },
    gap: 6,
  };
}

function seriesOf(line: Line): uPlot.Series {
  const stroke = colour(line.colour);
  return {
    stroke,
    width: 1.75,
    points: { show: false },
    spanGaps: false,
    ...(line.fill ? { fill: faded(line.colour, 0.14) } : {}),
  };
}

function dataOf(lines: readonly Line[]): Columns {
  const { samples } = history.value;
  const times = samples.map(({ at }) => at / 1000);
  return [times, ...lines.map(({ of }) => samples.map((sample) => of(sample) ?? null))];
}

function windowOf(): { min: number; max: number } {
  const now = (history.peek().samples.at(-1)?.at ?? Date.now()) / 1000;
  return { min: now - spanMs(history.peek()) / 1000, max: now };
}

/** A little above the highest point. */
function ceiling(data: Columns, least: number): number {
  const [, ...lines] = data;
  const highest = Math.max(0, ...lines.flat().map((value) => value ?? 0));
  return Math.max(least, highest * 1.12);
}
