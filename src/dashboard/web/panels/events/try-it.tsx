/** Send an event of one's own from the page or the terminal, and watch it arrive. */

import { useSignal, useSignalEffect, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { ExampleEvent } from "../../../../seams/feed.ts";
import { ask } from "../../live/ask.ts";
import { connection } from "../../live/feed.ts";
import { sendAndFollow, type Sent } from "../../live/send.ts";
import { Empty, Panel } from "../panel.tsx";

export function TryIt(): ComponentChildren {
  const examples = useSignal<readonly ExampleEvent[]>([]);
  useSignalEffect(() => {
    if (connection.value.state === "live" && examples.peek().length === 0) {
      void load(examples);
    }
  });
  return (
    <Panel id="try" title="Send an event of your own">
      {examples.value.length === 0 ? (
        <Empty>The pipeline has not told its streams yet.</Empty>
      ) : (
        <Form examples={examples.value} />
      )}
    </Panel>
  );
}

async function load(examples: Signal<readonly ExampleEvent[]>): Promise<void> {
  const answer = await ask<readonly ExampleEvent[]>("/v1/examples");
  if (answer.ok) {
    examples.value = answer.value;
  }
}

function Form({ examples }: { readonly examples: readonly ExampleEvent[] }): ComponentChildren {
  const stream = useSignal(examples[0]?.stream ?? "");
  const text = useSignal(bodyOf(examples, stream.value));
  const sent = useSignal<Sent | undefined>(undefined);
  const turn = useSignal(0);
  const choose = (name: string): void => {
    stream.value = name;
    text.value = bodyOf(examples, name);
  };
  const send = async (): Promise<void> => {
    turn.value += 1;
    const mine = turn.value;
    await sendAndFollow({ stream: stream.value, body: text.value }, (news) => {
      const newest = turn.value === mine;
      sent.value = newest ? news : sent.value;
      return newest;
    });
  };
  return (
    <form
      class="try"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label class="field">
        <span>Stream</span>
        <select value={stream.value} onChange={(event) => choose(event.currentTarget.value)}>
          {examples.map((one) => (
            <option key={one.stream}>{one.stream}</option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Event</span>
        <textarea
          rows={Math.min(10, text.value.split("\n").length)}
          spellcheck={false}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      </label>
      <div class="try-send">
        <button type="submit" class="button strong" disabled={sent.value?.state === "sending"}>
          Send
        </button>
        <SentView sent={sent.value} />
      </div>
      <Curl command={curlFor(stream.value, text.value)} />
    </form>
  );
}

function Curl({ command }: { readonly command: string }): ComponentChildren {
  const copied = useSignal(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(command);
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, 2000);
  };
  return (
    <div class="curl">
      <p class="curl-head">
        <span>The same from a terminal</span>
        {navigator.clipboard === undefined ? undefined : (
          <button type="button" class="button" onClick={() => void copy()}>
            {copied.value ? "Copied" : "Copy"}
          </button>
        )}
      </p>
      <pre tabIndex={0} aria-label="curl command">
        {command}
      </pre>
    </div>
  );
}

function SentView({ sent }: { readonly sent: Sent | undefined }): ComponentChildren {
  return (
    <div class="sent" role="status">
      {sent === undefined ? undefined : (
        <p class={sent.state === "failed" ? "trouble" : ""}>{sent.says}</p>
      )}
      {sent === undefined || sent.steps.length === 0 ? undefined : (
        <ol class="steps">
          {sent.steps.map((step) => (
            <li key={step.stage} class={step.state} title={step.says}>
              {step.stage}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function bodyOf(examples: readonly ExampleEvent[], stream: string): string {
  return JSON.stringify(examples.find((one) => one.stream === stream)?.event ?? {}, undefined, 2);
}

function curlFor(stream: string, body: string): string {
  const quotedBody = oneLine(body).replaceAll("'", String.raw`'\''`);
  return [
    `curl ${location.origin}/v1/streams/${stream}/events`,
    `-H 'content-type: application/json'`,
    `-d '${quotedBody}'`,
  ].join(" \\\n  ");
}

/** Shorter where it is JSON; as it stands while it is being typed. */
function oneLine(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return body;
  }
}
