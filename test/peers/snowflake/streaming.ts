/** Snowpipe Streaming's contract beside the emulator, which has none: rows that are committed become rows of its table. */

import { request as ask } from "node:http";
import type { Transport } from "../../../src/stages/warehouse/snowflake/client/transport.ts";
import { quoteText } from "../../../src/base/snowflake-text.ts";
import { type Row, StreamingServer } from "../../snowflake/streaming-server.ts";

const RUNNING = { timeoutMs: 240_000 };

/** What is no call of Snowpipe Streaming goes on to the emulator. */
export async function startStreaming(url: string, transport: Transport): Promise<StreamingServer> {
  return await new StreamingServer({
    anyToken: true,
    onCommit: async (rows) => {
      await transport.ask(insertOf(rows), RUNNING);
    },
    other(request, response) {
      const { method, headers } = request;
      const onward = ask(new URL(request.url ?? "/", url), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", () => response.destroy());
      request.pipe(onward);
    },
  }).listen();
}

function insertOf(rows: readonly Row[]): string {
  const values = rows.map(
    ({ BATCH, PART, SHARD, LINE, RAW }) =>
      `(${quoteText(String(BATCH))}, ${quoteText(String(PART))}, ${Number(SHARD)}, ${Number(LINE)}, ${quoteText(String(RAW))})`,
  );
  return `INSERT INTO _ARRIVED (BATCH, PART, SHARD, LINE, RAW) VALUES ${values.join(", ")}`;
}
