/** Where is an event? Its way from the door to its row by its id, as `millrace where` tells it. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { ask, type Answer } from "../../live/ask.ts";
import { tail } from "../../live/feed.ts";
import type { Step } from "../../live/send.ts";
import { showClock } from "../../show/numbers.ts";
import { Panel } from "../panel.tsx";

interface Way {
  readonly id: string;
  readonly steps: readonly (Step & { readonly at?: string })[];
}

export function Where(): ComponentChildren {
  const id = useSignal("");
  const found = useSignal<Answer<Way> | undefined>(undefined);
  const find = async (): Promise<void> => {
    const wanted = id.value.trim();
    const answer = await ask<Way>(`/v1/events/${encodeURIComponent(wanted)}`);
    found.value = id.value.trim() === wanted ? answer : found.value;
  };
  return (
    <Panel id="where" title="Where is an event?">
      <form
        class="where"
        onSubmit={(event) => {
          event.preventDefault();
          void find();
        }}
      >
        <input
          required
          pattern=".*\S.*"
          aria-label="Id of the event"
          placeholder={`its id, such as ${tail.value[0]?.id ?? "orders.0.12"}`}
          autocomplete="off"
          spellcheck={false}
          value={id.value}
          onInput={(event) => {
            id.value = event.currentTarget.value;
          }}
        />
        <button type="submit" class="button">
          Find
        </button>
      </form>
      <div role="status">
        {found.value === undefined ? undefined : <Found found={found.value} />}
      </div>
    </Panel>
  );
}

function Found({ found }: { readonly found: Answer<Way> }): ComponentChildren {
  if (!found.ok) {
    return <p class="trouble">{found.says}</p>;
  }
  return (
    <ol class="way" aria-label={`The way of ${found.value.id}`}>
      {found.value.steps.map(({ stage, state, says, at }) => (
        <li key={`${stage} ${at}`} class={state}>
          <span class="badge small">{stage}</span>
          <span>{says}</span>
          {at === undefined ? undefined : <time dateTime={at}>{showClock(Date.parse(at))}</time>}
        </li>
      ))}
    </ol>
  );
}
