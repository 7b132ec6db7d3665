/** One row per stream: how much came, how much is loaded, how late it is. */

import type { ComponentChildren } from "preact";
import { showMs } from "../../../base/units.ts";
import type { PipelineStatus, StreamStatus } from "../../../seams/status.ts";
import { rateOf, type History } from "../live/history.ts";
import { showRate, showWhole } from "../show/numbers.ts";
import { Empty, Panel, Scroll } from "./panel.tsx";

export function Streams(props: {
  readonly status: PipelineStatus | undefined;
  readonly history: History;
}): ComponentChildren {
  const streams = props.status?.streams ?? [];
  return (
    <Panel id="streams" title="Streams">
      {streams.length === 0 ? (
        <Empty>No reading yet.</Empty>
      ) : (
        <Scroll label="Table of streams">
          <table class="figures">
            <thead>
              <tr>
                <th scope="col">Stream</th>
                <th scope="col">Events</th>
                <th scope="col">In</th>
                <th scope="col">Loaded</th>
                <th scope="col">On their way</th>
                <th scope="col">Lag</th>
                <th scope="col">Rows</th>
              </tr>
            </thead>
            <tbody>
              {streams.map((stream) => (
                <Row key={stream.name} stream={stream} history={props.history} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  );
}

function Row(props: {
  readonly stream: StreamStatus;
  readonly history: History;
}): ComponentChildren {
  const { stream, history } = props;
  const trouble = stream.stream.trouble ?? stream.delivery.trouble ?? stream.warehouse.trouble;
  return (
    <tr class={trouble === undefined ? "" : "troubled"}>
      <th scope="row">
        <span class="mono">{stream.name}</span>
        <span class="under">
          {trouble === undefined ? `table ${stream.table}` : `${trouble.code}: ${trouble.message}`}
        </span>
      </th>
      <td>{showWhole(stream.stream.records)}</td>
      <td>{showRate(rateOf(history, `in:${stream.name}`))}/s</td>
      <td>{showRate(rateOf(history, `loaded:${stream.name}`))}/s</td>
      <td>{showWhole(stream.onTheirWay)}</td>
      <td>{stream.onTheirWay === 0 ? "–" : showMs(stream.lagMs)}</td>
      <td>{showWhole(stream.warehouse.rows)}</td>
    </tr>
  );
}
