/** The journey: seven stops on one line, with what flows between them. */

import type { ComponentChildren } from "preact";
import { isEngineStream } from "../../../base/record.ts";
import type { PipelineStatus } from "../../../seams/status.ts";
import type { History } from "../live/history.ts";
import { stopsOf, type Stop, type StopName } from "../live/stops.ts";
import { showCount, showRate, showWhole } from "../show/numbers.ts";
import { Empty, Panel } from "./panel.tsx";

export function Journey(props: {
  readonly status: PipelineStatus | undefined;
  readonly history: History;
}): ComponentChildren {
  const { status, history } = props;
  return (
    <Panel id="journey" title="Journey" note={status === undefined ? undefined : balance(status)}>
      {status === undefined ? (
        <Empty>Waiting for the pipeline's first reading…</Empty>
      ) : (
        <ol class="journey">
          {stopsOf(status, history).map((stop) => (
            <StopView key={stop.name} stop={stop} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** The promise in figures. */
function balance(status: PipelineStatus): string {
  const own = status.streams.filter(({ name }) => !isEngineStream(name));
  const kept = own.reduce((sum, { stream }) => sum + stream.records, 0);
  if (kept === 0) {
    return "Nothing has come in yet: send an event below.";
  }
  const loaded = own.reduce((sum, { warehouse }) => sum + warehouse.records, 0);
  const onTheirWay = own.reduce((sum, stream) => sum + stream.onTheirWay, 0);
  const way = `${showWhole(loaded)} loaded + ${showWhole(onTheirWay)} on their way`;
  return `${showWhole(kept)} events accepted = ${way}`;
}

/** How fast the line moves: 0 stands still, 5 is a flood. */
function flowLevel(rate: number): number {
  return rate <= 0 ? 0 : Math.max(1, Math.min(5, Math.ceil(Math.log10(rate + 1))));
}

function StopView({ stop }: { readonly stop: Stop }): ComponentChildren {
  const troubled = stop.troubles.length > 0;
  return (
    <li class={`stop ${troubled ? "troubled" : ""}`} data-stop={stop.name}>
      <div class="track" aria-hidden="true">
        <span class={`flow level-${flowLevel(stop.rate)}`} />
        <span class="station">
          <svg viewBox="0 0 24 24">
            <path d={troubled ? "M12 6v7m0 4v.5" : ICONS[stop.name]} />
          </svg>
        </span>
      </div>
      <div class="stop-body">
        <h3>{stop.title}</h3>
        <p class="stop-count">
          <b>{showCount(stop.count)}</b> <span>{stop.unit}</span>
        </p>
        <p class={`stop-rate ${stop.rate > 0 ? "moving" : ""}`}>{showRate(stop.rate)}/s</p>
        <ul class="stop-details">
          {stop.details.map((text) => (
            <li key={text.replace(/[\d.,]+/, "")}>{text}</li>
          ))}
        </ul>
        {stop.troubles.slice(0, 2).map((text) => (
          <p class="trouble" key={text}>
            {text}
          </p>
        ))}
      </div>
    </li>
  );
}

/** Line drawings in a box of 24. */
const ICONS: Readonly<Record<StopName, string>> = {
  gateway: "M4 12h11m-4-4 4 4-4 4M15 5h4v14h-4",
  check: "m5 12.500 4.500 4.500L19 7.500",
  stream:
    "M4 8c2.700-2.400 5.300-2.400 8 0s5.300 2.400 8 0M4 15c2.700-2.400 5.300-2.400 8 0s5.300 2.400 8 0",
  delivery: "m12 4 7 4v8l-7 4-7-4V8l7-4Zm0 8 7-4m-7 4v8m0-8L5 8",
  lake: "M5 7c0-1.700 3.100-3 7-3s7 1.300 7 3-3.100 3-7 3-7-1.300-7-3Zm0 0v10c0 1.700 3.100 3 7 3s7-1.300 7-3V7",
  warehouse: "M4 20V9l8-5 8 5v11M8 20v-7h8v7M8 16.500h8",
  models: "M5 5h6v5H5zM13 14h6v5h-6zM8 10v6.500h5",
};
