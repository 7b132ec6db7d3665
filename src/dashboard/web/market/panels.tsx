/** The definition's charts, each with its slicers and a table of the same figures. */

import { signal, useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { ChartFacts } from "../../../seams/feed.ts";
import { ask } from "../live/ask.ts";
import { connection } from "../live/feed.ts";
import { Empty, Panel, Scroll } from "../panels/panel.tsx";
import { counted, showPrice } from "../show/numbers.ts";
import { Candlestick } from "./candlestick.tsx";
import { openChart, type ChartState } from "./chart-state.ts";
import { isBar, type Bar } from "./series.ts";

const charts = signal<readonly ChartState[]>([]);
const TABLE_ROWS_MAX = 240;
const MONTH = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" });

export function MarketPanels(): ComponentChildren {
  useSignalEffect(() => {
    if (connection.value.state === "live" && charts.peek().length === 0) {
      void load();
    }
  });
  return charts.value.map((chart, number) => (
    <Chart key={chart.facts.title} chart={chart} number={number} />
  ));
}

async function load(): Promise<void> {
  const answer = await ask<readonly ChartFacts[]>("/v1/charts");
  if (answer.ok && charts.value.length === 0) {
    charts.value = answer.value.map(openChart);
  }
}

function Chart(props: { readonly chart: ChartState; readonly number: number }): ComponentChildren {
  const { chart, number } = props;
  const asTable = useSignal(false);
  const bars = (chart.rows.value?.bars ?? []).filter(isBar);
  return (
    <Panel
      id={`chart-${number}`}
      title={chart.facts.title}
      note={<LastPrice bars={bars} />}
      actions={
        <button
          type="button"
          class="button"
          aria-pressed={asTable.value}
          onClick={() => {
            asTable.value = !asTable.value;
          }}
        >
          {asTable.value ? "Chart" : "Table"}
        </button>
      }
    >
      <Slicers chart={chart} />
      <ChartBody chart={chart} bars={bars} asTable={asTable.value} />
    </Panel>
  );
}

function LastPrice({ bars }: { readonly bars: readonly Bar[] }): ComponentChildren {
  const last = bars.at(-1);
  const before = bars.at(-2);
  if (last === undefined) {
    return undefined;
  }
  const change = before === undefined ? undefined : (last.close / before.close - 1) * 100;
  return (
    <>
      <b class="price">{showPrice(last.close)}</b>
      {change === undefined || !Number.isFinite(change) ? undefined : (
        <span class={change < 0 ? "fall" : "rise"}>
          {change < 0 ? "−" : "+"}
          {Math.abs(change).toFixed(1)} %
        </span>
      )}
      <span>{MONTH.format(last.time * 1000)}</span>
    </>
  );
}

function Slicers({ chart }: { readonly chart: ChartState }): ComponentChildren {
  return (
    <div class="slicers">
      {chart.slicers.value.map(({ name, values, chosen, truncated }) => (
        <label class="field" key={name}>
          <span>
            {name.replaceAll("_", " ")}
            <em>{truncated ? `first ${values.length}` : values.length}</em>
          </span>
          <select
            value={chosen}
            disabled={values.length === 0}
            onChange={(event) => chart.choose(name, event.currentTarget.value)}
          >
            {values.map((value) => (
              <option key={value} value={value}>
                {value}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
}

function ChartBody(props: {
  readonly chart: ChartState;
  readonly bars: readonly Bar[];
  readonly asTable: boolean;
}): ComponentChildren {
  const { chart, bars, asTable } = props;
  const rows = chart.rows.value;
  const trouble = chart.trouble.value;
  if (rows === undefined || bars.length === 0) {
    return (
      <Empty>
        {trouble ?? "No prices yet. They show here as soon as the model has made rows."}
      </Empty>
    );
  }
  return (
    <>
      {trouble === undefined ? undefined : <p class="trouble">{trouble}</p>}
      {asTable ? (
        <BarTable bars={bars} title={chart.facts.title} />
      ) : (
        <Candlestick says={sayChart(chart, bars)} bars={rows.bars} choice={rows.choice} />
      )}
      <p class="foot-note">
        {counted(bars.length, "point")} of table <span class="mono">{chart.facts.table}</span>
        {rows.truncated ? "; older ones are left out" : ""}
      </p>
    </>
  );
}

function sayChart(chart: ChartState, bars: readonly Bar[]): string {
  const chosen = chart.slicers.value.map(({ chosen: value }) => value).join(", ");
  const lows = bars.reduce((least, { low }) => Math.min(least, low), Number.POSITIVE_INFINITY);
  const highs = bars.reduce((most, { high }) => Math.max(most, high), 0);
  const [from, to] = [bars[0], bars.at(-1)].map((bar) => MONTH.format((bar?.time ?? 0) * 1000));
  return `${chart.facts.title}, ${chosen}: candlesticks from ${from} to ${to}, between ${showPrice(lows)}
    and ${showPrice(highs)}, closing at ${showPrice(bars.at(-1)?.close ?? null)}. The Table button shows them as a table.`;
}

function BarTable(props: {
  readonly bars: readonly Bar[];
  readonly title: string;
}): ComponentChildren {
  const newest = props.bars.slice(-TABLE_ROWS_MAX).toReversed();
  return (
    <Scroll label={`${props.title} as a table`}>
      <table class="figures">
        <caption class="unseen">{props.title}, newest first</caption>
        <thead>
          <tr>
            {["Date", "Open", "High", "Low", "Close"].map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {newest.map(({ time, open, high, low, close }) => (
            <tr key={time}>
              <th scope="row">{MONTH.format(time * 1000)}</th>
              <td>{showPrice(open)}</td>
              <td>{showPrice(high)}</td>
              <td>{showPrice(low)}</td>
              <td>{showPrice(close)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
