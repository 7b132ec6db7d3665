/** The top of the page: which pipeline, since when, do its books balance, is the page live. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { showBytes } from "../../../base/units.ts";
import type { DiskUse, PipelineStatus } from "../../../seams/status.ts";
import type { Connection } from "../live/feed.ts";
import { clock, entered, leave } from "../live/feed.ts";
import { BOOKS } from "../show/books.ts";
import { chooseScheme, scheme } from "../show/colours.ts";
import { showAgo, showSpan } from "../show/numbers.ts";

export function Header(props: {
  readonly status: PipelineStatus | undefined;
  readonly connection: Connection;
}): ComponentChildren {
  const { status, connection } = props;
  return (
    <header class="top">
      <a class="brand" href="/">
        <Mark />
        <span class="brand-name">Millrace</span>
        <span class="pipeline">{status?.pipeline ?? ""}</span>
      </a>
      <div class="top-facts">
        {status === undefined ? undefined : <Facts status={status} />}
        {status === undefined ? undefined : <Books status={status} />}
        <Live connection={connection} />
        <LeaveButton />
        <SchemeButton />
      </div>
    </header>
  );
}

function Mark(): ComponentChildren {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M2 8c3.300-3 6.700-3 10 0s6.700 3 10 0" />
      <path d="M2 13c3.300-3 6.700-3 10 0s6.700 3 10 0" opacity="0.7" />
      <path d="M2 18c3.300-3 6.700-3 10 0s6.700 3 10 0" opacity="0.4" />
    </svg>
  );
}

function Facts({ status }: { readonly status: PipelineStatus }): ComponentChildren {
  return (
    <dl class="facts">
      <div>
        <dt>Up</dt>
        <dd>{showSpan(status.now - status.startedAt)}</dd>
      </div>
      <div class="wide-only">
        <dt>Memory</dt>
        <dd>{showBytes(status.memoryBytes)}</dd>
      </div>
      {status.disk === undefined ? undefined : (
        <div class="wide-only" title={diskTitle(status.disk)}>
          <dt>Disk</dt>
          <dd>{showBytes(status.disk.parts.reduce((sum, { bytes }) => sum + bytes, 0))}</dd>
        </div>
      )}
    </dl>
  );
}

function diskTitle({ parts, freeBytes }: DiskUse): string {
  const shown = parts.map(({ name, bytes }) => `${name} ${showBytes(bytes)}`);
  return `${shown.join(", ")}; ${showBytes(freeBytes)} free`;
}

function Books({ status }: { readonly status: PipelineStatus }): ComponentChildren {
  const { books, now } = status;
  if (books === undefined) {
    return (
      <span class="badge plain" title="millrace verify closes the books.">
        Books not closed yet
      </span>
    );
  }
  const { tone, means } = BOOKS[books.state];
  return (
    <span class={`badge ${tone}`} title={means}>
      <span class="unseen">Books: </span>
      {books.state}
      <span class="badge-age">{showAgo(now - books.at)}</span>
    </span>
  );
}

const SAYS: Readonly<Record<Connection["state"], string>> = {
  connecting: "Connecting",
  locked: "Locked",
  live: "Live",
  lost: "Disconnected",
};

function Live({ connection }: { readonly connection: Connection }): ComponentChildren {
  return (
    <span class={`live ${connection.state}`} role="status">
      <i class="dot" aria-hidden="true" />
      {SAYS[connection.state]}
      {connection.state === "lost" ? ` ${showSpan(clock.value - connection.since)}` : ""}
    </span>
  );
}

/** For people who showed a key. */
function LeaveButton(): ComponentChildren {
  const trouble = useSignal<string | undefined>(undefined);
  const send = async (): Promise<void> => {
    trouble.value = await leave();
  };
  if (!entered.value) {
    return undefined;
  }
  return (
    <button
      type="button"
      class="button"
      title={trouble.value ?? "Ends the session of your key in this browser"}
      onClick={() => {
        void send();
      }}
    >
      {trouble.value === undefined ? "Log out" : "Log out failed: try again"}
    </button>
  );
}

function SchemeButton(): ComponentChildren {
  const other = scheme.value === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`Use the ${other} colours`}
      title={`Use the ${other} colours`}
      onClick={() => chooseScheme(other)}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        {other === "light" ? (
          <path d="M12 3v2m0 14v2M3 12h2m14 0h2M5.600 5.600 7 7m10 10 1.400 1.400M5.600 18.400 7 17M17 7l1.400-1.400M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z" />
        ) : (
          <path d="M20 14.500A8 8 0 0 1 9.500 4a8 8 0 1 0 10.500 10.500Z" />
        )}
      </svg>
    </button>
  );
}
