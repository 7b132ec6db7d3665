/** Where events come from when nobody posts them. */

import type { ComponentChildren } from "preact";
import type { PipelineStatus, SourceStatus } from "../../../seams/status.ts";
import { counted } from "../show/numbers.ts";
import { Empty, Panel } from "./panel.tsx";

const TONES: Readonly<Record<SourceStatus["state"], string>> = {
  running: "good",
  waiting: "plain",
  done: "plain",
  failed: "bad",
  off: "plain",
};

export function Sources(props: { readonly status: PipelineStatus | undefined }): ComponentChildren {
  const sources = props.status?.sources ?? [];
  return (
    <Panel id="sources" title="Sources">
      {sources.length === 0 ? (
        <Empty>None defined: events come in over HTTP only.</Empty>
      ) : (
        <ul class="list">
          {sources.map((source) => (
            <Source key={source.name} source={source} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Source({ source }: { readonly source: SourceStatus }): ComponentChildren {
  return (
    <li class="list-row">
      <div class="list-main">
        <span class="mono">{source.name}</span>
        <span class={`badge small ${TONES[source.state]}`}>{source.state}</span>
        <span class="list-figure">{counted(source.records, "record")}</span>
      </div>
      <p class="muted">
        {source.title} → <span class="mono">{source.stream}</span>
        {placeOf(source)}
      </p>
      {(source.notes ?? []).map((note) => (
        <p key={note} class="muted">
          {note}
        </p>
      ))}
      {source.trouble === undefined ? undefined : (
        <p class="trouble">
          {source.trouble.message} ({counted(source.trouble.attempts, "attempt")})
        </p>
      )}
    </li>
  );
}

/** How far it is: in its own words, or by its checkpoint. */
function placeOf({ progress, lag, checkpoint }: SourceStatus): string {
  const place = progress ?? (checkpoint === undefined ? undefined : `at ${checkpoint}`);
  const behind = lag === undefined ? undefined : `${lag} behind`;
  return [place, behind].map((one) => (one === undefined ? "" : ` · ${one}`)).join("");
}
