/** What the viewer must know before anything else: the page is not live, the warehouse is away, the books do not balance. */

import type { ComponentChildren } from "preact";
import type { BooksState, PipelineStatus } from "../../../seams/status.ts";
import { clock, retryNow, type Connection } from "../live/feed.ts";
import { BOOKS } from "../show/books.ts";
import { counted, showClock } from "../show/numbers.ts";

export function Banners(props: {
  readonly status: PipelineStatus | undefined;
  readonly connection: Connection;
}): ComponentChildren {
  const { status, connection } = props;
  return (
    <div class="banners" role="status">
      {connection.state === "lost" ? (
        <Lost status={status} nextAt={connection.nextAt} />
      ) : undefined}
      {status?.warehouse.up === false ? <Down restarts={status.warehouse.restarts} /> : undefined}
      {status?.books === undefined ? undefined : <Unbalanced state={status.books.state} />}
    </div>
  );
}

function Unbalanced({ state }: { readonly state: BooksState }): ComponentChildren {
  const { tone, means } = BOOKS[state];
  return tone === "good" ? undefined : (
    <div class="banner bad">
      <p>
        <strong>The books are {state}.</strong> {means}
      </p>
    </div>
  );
}

function Lost(props: {
  readonly status: PipelineStatus | undefined;
  readonly nextAt: number;
}): ComponentChildren {
  const seconds = Math.ceil((props.nextAt - clock.value) / 1000);
  return (
    <div class="banner bad">
      <p>
        <strong>The pipeline does not answer.</strong>{" "}
        {props.status === undefined ? "" : `Figures are as of ${showClock(props.status.now)}. `}
        {seconds > 0 ? `Trying again in ${seconds} s.` : "Trying again now."}
      </p>
      <button type="button" class="button" onClick={retryNow}>
        Try now
      </button>
    </div>
  );
}

function Down({ restarts }: { readonly restarts: number }): ComponentChildren {
  return (
    <div class="banner warn">
      <p>
        <strong>The warehouse is restarting</strong>
        {restarts > 0 ? ` (${counted(restarts, "restart")} so far)` : ""}. Events are still
        accepted, kept and delivered; loading goes on by itself when it is back.
      </p>
    </div>
  );
}
