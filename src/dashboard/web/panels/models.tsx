/** The SQL models: how far each has come and how long its last run took. */

import type { ComponentChildren } from "preact";
import { showMs } from "../../../base/units.ts";
import type { PipelineStatus } from "../../../seams/status.ts";
import { counted, showWhole } from "../show/numbers.ts";
import { Empty, Panel } from "./panel.tsx";

type Model = PipelineStatus["models"][number];

export function Models(props: { readonly status: PipelineStatus | undefined }): ComponentChildren {
  const models = props.status?.models ?? [];
  return (
    <Panel id="models" title="Models">
      {models.length === 0 ? (
        <Empty>None defined: tables hold rows as they were delivered.</Empty>
      ) : (
        <ul class="list">
          {models.map((model) => (
            <ModelRow key={model.name} model={model} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function ModelRow({ model }: { readonly model: Model }): ComponentChildren {
  const behind = model.newestLoad - model.load;
  return (
    <li class="list-row">
      <div class="list-main">
        <span class="mono">{model.name}</span>
        <span class={`badge small ${tone(model, behind)}`}>{state(model, behind)}</span>
        {model.runs === 0 ? undefined : (
          <span class="list-figure">{showWhole(model.rows)} rows</span>
        )}
      </div>
      <p class="muted">
        {model.runs === 0
          ? "A view, which is read when asked, or a model that waits for its first rows."
          : `${counted(model.runs, "run")} · last run took ${showMs(model.lastRunMs)}`}
      </p>
      {model.trouble === undefined ? undefined : <p class="trouble">{model.trouble.message}</p>}
    </li>
  );
}

function tone(model: Model, behind: number): string {
  if (model.trouble !== undefined) {
    return "bad";
  }
  return behind > 0 || model.runs === 0 ? "plain" : "good";
}

function state(model: Model, behind: number): string {
  if (model.trouble !== undefined) {
    return "failing";
  }
  if (model.runs === 0) {
    return "no runs";
  }
  return behind > 0 ? `${counted(behind, "load")} behind` : "up to date";
}
