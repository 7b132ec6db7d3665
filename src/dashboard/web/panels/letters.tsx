/** The newest records that were set aside, each with its reasons and how it began. */

import type { ComponentChildren } from "preact";
import type { NewestLetter } from "../../../seams/feed.ts";
import type { PipelineStatus } from "../../../seams/status.ts";
import { letters } from "../live/feed.ts";
import { counted, showClock } from "../show/numbers.ts";
import { Empty, Panel } from "./panel.tsx";

export function Letters(props: { readonly status: PipelineStatus | undefined }): ComponentChildren {
  const news = letters.value;
  return (
    <Panel
      id="dead-letters"
      title="Dead letters"
      note={
        news === undefined || news.total === 0
          ? undefined
          : `${counted(news.total, "record")} set aside`
      }
    >
      {news === undefined || news.letters.length === 0 ? (
        <Empty>
          {news === undefined
            ? notYet(props.status)
            : "None. Records that fail the check are kept here with the reasons."}
        </Empty>
      ) : (
        <ul class="letters" tabIndex={0} aria-label="Newest dead letters">
          {news.letters.map((letter) => (
            <Letter key={letter.id} letter={letter} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function notYet(status: PipelineStatus | undefined): string {
  return status?.warehouse.up === false
    ? "The warehouse is restarting; they show again when it is back."
    : "Not read yet.";
}

function Letter({ letter }: { readonly letter: NewestLetter }): ComponentChildren {
  const [first, ...others] = letter.reasons;
  return (
    <li>
      <details class="letter">
        <summary>
          <time dateTime={letter.receivedAt}>{showClock(Date.parse(letter.receivedAt))}</time>
          <span class="tag">{letter.stream}</span>
          <code class="cause">{letter.cause}</code>
          <span class="reason">
            {first === undefined ? "no reason was given" : says(first)}
            {others.length > 0 ? <em> and {others.length} more</em> : undefined}
          </span>
        </summary>
        <LetterBody letter={letter} />
      </details>
    </li>
  );
}

function LetterBody({ letter }: { readonly letter: NewestLetter }): ComponentChildren {
  return (
    <div class="letter-body">
      <ul class="reasons">
        {letter.reasons.map((reason) => (
          <li key={`${reason.path} ${reason.code}`}>
            <code>{reason.code}</code> {says(reason)}
          </li>
        ))}
      </ul>
      {letter.preview === undefined ? (
        <p class="muted">Its bytes are not text.</p>
      ) : (
        <pre class="raw" tabIndex={0} aria-label="Beginning of the record">
          {letter.preview}
        </pre>
      )}
      <p class="muted">
        set aside at the {letter.stage}, sent by {letter.caller || "an unnamed caller"} ·{" "}
        <a href={`/v1/dead-letters/${encodeURIComponent(letter.id)}`}>whole record</a> ·{" "}
        <code class="id">{letter.id}</code>
      </p>
    </div>
  );
}

/** Most messages name the field themselves; only where one does not is its path put in front. */
function says(reason: { readonly path: string; readonly message: string }): string {
  const field = reason.path.slice(1);
  return field === "" || reason.message.includes(field)
    ? reason.message
    : `${field}: ${reason.message}`;
}
