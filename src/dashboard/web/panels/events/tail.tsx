/** Events as they are accepted: a sample, newest first, which the viewer can hold still. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { TailEvent } from "../../../../seams/feed.ts";
import { tail } from "../../live/feed.ts";
import { showClock } from "../../show/numbers.ts";
import { Empty, Panel } from "../panel.tsx";

const SHOWN_MAX = 40;

export function Tail(): ComponentChildren {
  const held = useSignal<readonly TailEvent[] | undefined>(undefined);
  const events = (held.value ?? tail.value).slice(0, SHOWN_MAX);
  const hold = (): void => {
    held.value = held.value === undefined ? tail.value : undefined;
  };
  return (
    <Panel
      id="tail"
      title="Accepted just now"
      note="a sample"
      actions={
        <button type="button" class="button" aria-pressed={held.value !== undefined} onClick={hold}>
          {held.value === undefined ? "Hold" : "Go on"}
        </button>
      }
    >
      {events.length === 0 ? (
        <Empty>Events show here as they come in.</Empty>
      ) : (
        <ol class="tail" tabIndex={0} aria-label="Sample of accepted events">
          {events.map((event) => (
            <li key={event.id}>
              <time dateTime={new Date(event.acceptedAt).toISOString()}>
                {showClock(event.acceptedAt)}
              </time>
              <span class="tag">{event.stream}</span>
              <code>{event.text}</code>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
