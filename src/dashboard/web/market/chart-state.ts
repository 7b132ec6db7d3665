/** What one chart shows: the viewer's choice, the values to choose from, and the rows, kept fresh. */

import { batch, effect, signal, type Signal } from "@preact/signals";
import type { ChartFacts, ChartSeries, SlicerChoices } from "../../../seams/feed.ts";
import { ask } from "../live/ask.ts";
import { status } from "../live/feed.ts";
import { toBars, type Bar, type Gap } from "./series.ts";

export interface ChartRows {
  /** The choice these rows are of. */
  readonly choice: string;
  readonly bars: readonly (Bar | Gap)[];
  readonly truncated: boolean;
}

export interface ChartState {
  readonly facts: ChartFacts;
  readonly slicers: Signal<readonly SlicerChoices[]>;
  readonly rows: Signal<ChartRows | undefined>;
  /** Why there is nothing to show, for people. */
  readonly trouble: Signal<string | undefined>;
  choose(slicer: string, value: string): void;
}

/** Rows are asked for again when the warehouse or a model has more, but not more often than this. */
const FRESH_MS = 3000;

export function openChart(facts: ChartFacts, number: number): ChartState {
  const slicers = signal<readonly SlicerChoices[]>([]);
  const rows = signal<ChartRows | undefined>(undefined);
  const trouble = signal<string | undefined>(undefined);
  const wanted = new Map<string, string>();
  let turn = 0;
  const refresh = async (): Promise<boolean> => {
    turn += 1;
    const mine = turn;
    const found = await read(`/v1/charts/${number}`, wanted);
    // Another choice was made meanwhile, and its answer comes later.
    if (mine !== turn) {
      return true;
    }
    batch(() => {
      trouble.value = found.trouble;
      slicers.value = found.slicers ?? slicers.value;
      rows.value = found.rows ?? rows.value;
      found.slicers?.forEach(
        ({ name, chosen }) => chosen !== undefined && wanted.set(name, chosen),
      );
    });
    return found.trouble === undefined;
  };
  keepFresh(refresh);
  const choose = (slicer: string, value: string): void => {
    wanted.set(slicer, value);
    void refresh();
  };
  return { facts, slicers, rows, trouble, choose };
}

interface Found {
  readonly slicers?: readonly SlicerChoices[];
  readonly rows?: ChartRows;
  readonly trouble: string | undefined;
}

async function read(path: string, wanted: ReadonlyMap<string, string>): Promise<Found> {
  const asked = new URLSearchParams([...wanted]);
  const choices = await ask<readonly SlicerChoices[]>(`${path}/choices?${asked}`);
  if (!choices.ok) {
    return { trouble: plainly(choices) };
  }
  const slicers = choices.value;
  if (slicers.some(({ chosen }) => chosen === undefined)) {
    return { slicers, trouble: undefined };
  }
  const chosen = new URLSearchParams(slicers.map((one) => [one.name, one.chosen ?? ""]));
  const series = await ask<ChartSeries>(`${path}/series?${chosen}`);
  if (!series.ok) {
    return { slicers, trouble: plainly(series) };
  }
  const { truncated } = series.value;
  const rows = { choice: chosen.toString(), bars: toBars(series.value.rows), truncated };
  return { slicers, rows, trouble: undefined };
}

/** Follows how far models and loads have come, at most once in `FRESH_MS`; what failed is asked for again. */
function keepFresh(refresh: () => Promise<boolean>): void {
  let seen: string | undefined;
  let busy = false;
  let readAt = 0;
  const reread = async (mark: string): Promise<void> => {
    const fresh = await refresh();
    busy = false;
    seen = fresh ? mark : undefined;
  };
  effect(() => {
    const now = status.value;
    const mark = now === undefined ? undefined : markOf(now);
    const due = Date.now() - readAt >= FRESH_MS;
    if (mark === undefined || mark === seen || busy || !due || document.hidden) {
      return;
    }
    busy = true;
    readAt = Date.now();
    void reread(mark);
  });
}

function markOf(now: NonNullable<typeof status.value>): string {
  const models = now.models.map(({ runs }) => runs);
  const loads = now.models.length > 0 ? [] : now.streams.map(({ warehouse }) => warehouse.cut);
  return [now.startedAt, now.warehouse.up, ...models, ...loads].join(" ");
}

function plainly({ code, says }: { readonly code: string; readonly says: string }): string {
  const meaning: Readonly<Record<string, string>> = {
    QUERY_FAILED: "The chart's table is not there yet; it comes with the first run of its model.",
    WAREHOUSE_DOWN: "The warehouse is restarting; the chart comes back by itself.",
  };
  return meaning[code] ?? says;
}
