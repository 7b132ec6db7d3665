/** The candlestick chart itself: a canvas, redrawn when rows or colours change. */

import {
  CandlestickSeries,
  ColorType,
  createChart,
  LineStyle,
  type ChartOptions,
  type DeepPartial,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from "lightweight-charts";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { colour, scheme } from "../show/colours.ts";
import type { Bar, Gap } from "./series.ts";

interface Drawn {
  readonly chart: IChartApi;
  readonly series: ISeriesApi<"Candlestick">;
}

/** Half of a year's label and a little more. */
const LABEL_PIXELS = 22;

export interface CandlestickProps {
  readonly says: string;
  readonly bars: readonly (Bar | Gap)[];
  /** Another key shows everything again; the same key leaves the viewer where they are. */
  readonly choice: string;
}

export function Candlestick({ says, bars, choice }: CandlestickProps): ComponentChildren {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | undefined>(undefined);
  /** The choice that the viewer has moved or zoomed; any other is shown whole. */
  const moved = useRef<string | undefined>(undefined);
  useEffect(() => {
    drawn.current = box.current === null ? undefined : draw(box.current);
    return () => drawn.current?.chart.remove();
  }, []);
  useEffect(() => {
    drawn.current?.chart.applyOptions(look());
    drawn.current?.series.applyOptions(candles());
  }, [scheme.value]);
  useEffect(() => {
    drawn.current?.series.setData(bars.map((bar) => ({ ...bar, time: bar.time as UTCTimestamp })));
    if (moved.current === choice) {
      return;
    }
    // A little room at both ends, or the first year's label is cut in half.
    const width = Math.max(1, box.current?.clientWidth ?? 1);
    const room = Math.max(1, (bars.length * LABEL_PIXELS) / width);
    const range = { from: -room, to: bars.length - 1 + room };
    drawn.current?.chart.timeScale().setVisibleLogicalRange(range);
  }, [bars, choice]);
  const move = (): void => {
    moved.current = choice;
  };
  return <div ref={box} class="candlestick" role="img" aria-label={says} onPointerDown={move} />;
}

function draw(home: HTMLElement): Drawn {
  const chart = createChart(home, { autoSize: true, ...look() });
  return { chart, series: chart.addSeries(CandlestickSeries, candles()) };
}

function look(): DeepPartial<ChartOptions> {
  const line = { color: colour("line") };
  return {
    layout: {
      background: { type: ColorType.Solid, color: "transparent" },
      textColor: colour("muted"),
      fontFamily: '"Inter Variable", system-ui, sans-serif',
      fontSize: 11,
      // Its logo brings an inline style, which the page's policy forbids; the page's foot names TradingView instead.
      attributionLogo: false,
    },
    // Left to itself the chart takes the browser's own language tag, and some browsers have one that is none.
    localization: { locale: "en" },
    grid: { vertLines: { visible: false }, horzLines: line },
    rightPriceScale: { borderVisible: false, entireTextOnly: true },
    timeScale: { borderColor: colour("line"), minBarSpacing: 0.2 },
    // The page scrolls with the wheel; the chart zooms with a pinch or a drag of its axis.
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
    crosshair: {
      vertLine: { color: colour("muted"), style: LineStyle.Dotted, labelVisible: true },
      horzLine: { color: colour("muted"), style: LineStyle.Dotted },
    },
  };
}

function candles(): { [name: string]: string | boolean } {
  const up = colour("good");
  const down = colour("bad");
  return {
    upColor: up,
    downColor: down,
    wickUpColor: up,
    wickDownColor: down,
    borderVisible: false,
    priceLineVisible: false,
  };
}
