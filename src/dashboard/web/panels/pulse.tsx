/** Throughput and lag of the last five minutes, as two small charts with one table behind them. */

import { computed, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { showMs } from "../../../base/units.ts";
import { history } from "../live/feed.ts";
import { rateOf, spanMs, toSlots, type Sample } from "../live/history.ts";
import { LineChart, type Line } from "../show/line-chart.tsx";
import { counted, showClock, showRate, showShort } from "../show/numbers.ts";
import { Panel, Scroll } from "./panel.tsx";

const SLOT_MS = 30_000;

const THROUGHPUT: readonly Line[] = [
  { colour: "accent", fill: true, of: ({ rates }) => rates?.["stream"] },
  { colour: "second", fill: false, of: ({ rates }) => rates?.["loaded"] },
];
const LAG: readonly Line[] = [{ colour: "third", fill: true, of: ({ lagMs }) => lagMs }];

/** Milliseconds as clocks count them. */
const LAG_STEPS: readonly number[] = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 4, 6, 12, 24, 48, 96, 168, 336, 720].map((hours) => hours * 3_600_000),
];

/** The moment under the viewer's pointer, in either chart. */
const pointed = signal<Sample | undefined>(undefined);
const newest = computed(() => history.value.samples.at(-1));

export function Pulse(): ComponentChildren {
  return (
    <div class="columns">
      <Throughput />
      <Lag />
    </div>
  );
}

function Throughput(): ComponentChildren {
  const at = pointed.value;
  const accepted = at === undefined ? rateOf(history.value, "stream") : at.rates?.["stream"];
  const loaded = at === undefined ? rateOf(history.value, "loaded") : at.rates?.["loaded"];
  const peak = Math.max(0, ...history.value.samples.map(({ rates }) => rates?.["stream"] ?? 0));
  const says = `Throughput of the last five minutes. Now ${showRate(accepted ?? 0)} events per second
    accepted and ${showRate(loaded ?? 0)} loaded; at most ${showRate(peak)} were accepted.`;
  return (
    <Panel id="throughput" title="Throughput" note={when(at)}>
      <div class="heads">
        <p class="head">
          <b>{showRate(accepted ?? 0)}</b>
          <span>
            <i class="key accent" aria-hidden="true" /> accepted/s
          </span>
        </p>
        <p class="head lesser">
          <b>{showRate(loaded ?? 0)}</b>
          <span>
            <i class="key second" aria-hidden="true" /> loaded/s
          </span>
        </p>
        <p class="head lesser">
          <b>{showRate(peak)}</b>
          <span>peak</span>
        </p>
      </div>
      <LineChart says={says} lines={THROUGHPUT} axis={showShort} least={10} pointed={pointed} />
      <Figures />
    </Panel>
  );
}

function Lag(): ComponentChildren {
  const at = pointed.value ?? newest.value;
  const worst = Math.max(0, ...history.value.samples.map(({ lagMs }) => lagMs));
  const says = `Lag of the last five minutes: age of the oldest event that cannot be queried yet. Now
    ${showMs(at?.lagMs ?? 0)}, at worst ${showMs(worst)}.`;
  return (
    <Panel id="lag" title="Lag" note={when(pointed.value)}>
      <div class="heads">
        <p class="head">
          <b>{showMs(at?.lagMs ?? 0)}</b>
          <span>
            <i class="key third" aria-hidden="true" /> oldest on its way
          </span>
        </p>
        <p class="head lesser">
          <b>{showRate(at?.onTheirWay ?? 0)}</b>
          <span>on their way</span>
        </p>
        <p class="head lesser">
          <b>{showMs(worst)}</b>
          <span>worst</span>
        </p>
      </div>
      <LineChart
        says={says}
        lines={LAG}
        axis={showMs}
        axisSteps={LAG_STEPS}
        least={100}
        pointed={pointed}
      />
      <p class="foot-note">From accepted and durable to queryable in the warehouse.</p>
    </Panel>
  );
}

function when(at: Sample | undefined): string {
  const minutes = Math.ceil(spanMs(history.value) / 60_000);
  const past = minutes === 1 ? "last minute" : `last ${minutes} minutes`;
  return at === undefined ? past : `at ${showClock(at.at)}`;
}

function Figures(): ComponentChildren {
  const slots = toSlots(history.value, SLOT_MS);
  return (
    <details class="foot-note">
      <summary>As a table</summary>
      <Scroll label="Throughput and lag as a table">
        <table class="figures">
          <caption class="unseen">
            Means of {counted(SLOT_MS / 1000, "second")}, newest first
          </caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">Accepted/s</th>
              <th scope="col">Loaded/s</th>
              <th scope="col">Worst lag</th>
            </tr>
          </thead>
          <tbody>
            {slots.map((slot) => (
              <tr key={slot.from}>
                <th scope="row">{showClock(slot.from)}</th>
                <td>{slot.accepted === undefined ? "–" : showRate(slot.accepted)}</td>
                <td>{slot.loaded === undefined ? "–" : showRate(slot.loaded)}</td>
                <td>{showMs(slot.lagMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}
