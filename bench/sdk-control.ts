/** A server that reads PutRecords and stores nothing: what an SDK reaches against it is the SDK's own bound. Says its ports. */

import { createServer } from "node:http";
import { createServer as createHttp2 } from "node:http2";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";

const stored = { SequenceNumber: "49".repeat(28), ShardId: "shardId-000000000000" };
const ANSWER = JSON.stringify({
  FailedRecordCount: 0,
  Records: Array.from({ length: 500 }, () => stored),
});
const HEAD = {
  "content-type": "application/x-amz-json-1.1",
  "content-length": `${ANSWER.length}`,
};

/** What the responses of both versions have in common. */
interface Response {
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  end(body: string): unknown;
}

function answer(request: Readable, response: Response): void {
  request.resume().on("end", () => {
    response.writeHead(200, HEAD);
    response.end(ANSWER);
  });
}

const servers = [createHttp2(answer), createServer(answer)];
await Promise.all(
  servers.map((server) => new Promise<void>((done) => server.listen(0, "127.0.0.1", done))),
);
console.log(JSON.stringify(servers.map((server) => (server.address() as AddressInfo).port)));
