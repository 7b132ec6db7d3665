/** The way in where keys are required: a key, once, becomes a cookie that no script can read. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { ask } from "../live/ask.ts";
import { enter } from "../live/feed.ts";
import { Panel } from "./panel.tsx";

export function Login(): ComponentChildren {
  const key = useSignal("");
  const says = useSignal("");
  const send = async (): Promise<void> => {
    const answer = await ask("/v1/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ key: key.value }),
    });
    key.value = "";
    says.value = answer.ok ? "" : answer.says;
    if (answer.ok) {
      enter();
    }
  };
  return (
    <Panel id="login" title="A key is needed here">
      <form
        class="try"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <label class="field">
          <span>Key with the scope read or admin</span>
          <textarea
            rows={2}
            spellcheck={false}
            autocomplete="off"
            placeholder="mr_…"
            value={key.value}
            onInput={(event) => {
              key.value = event.currentTarget.value;
            }}
          />
        </label>
        <div class="try-send">
          <button type="submit" class="button strong" disabled={key.value.trim() === ""}>
            Log in
          </button>
          <div class="sent" role="status">
            {says.value === "" ? (
              <p>
                Make one where the pipeline runs:{" "}
                <code>millrace keys create --name NAME --scope read</code>
              </p>
            ) : (
              <p class="trouble">{says.value}</p>
            )}
          </div>
        </div>
      </form>
    </Panel>
  );
}
