/** One call as bytes, without an SDK and without a signature. For tests only. */

export interface Sent {
  readonly target?: string;
  readonly type?: string;
  readonly body: string | Buffer;
}

export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly raw: Buffer;
  readonly json: Record<string, unknown>;
}

export async function call(
  url: string,
  { target = "Kinesis_20131202.ListStreams", type = "application/x-amz-json-1.1", body }: Sent,
): Promise<Got> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": type, "x-amz-target": target },
    body: typeof body === "string" ? body : new Uint8Array(body),
  });
  const raw = Buffer.from(await answer.arrayBuffer());
  const json =
    type.includes("json") && raw.length > 0
      ? (JSON.parse(raw.toString()) as Record<string, unknown>)
      : {};
  return { status: answer.status, headers: answer.headers, raw, json };
}
