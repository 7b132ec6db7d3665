/** Short ways to say what the cases say often. For tests only. */

import * as sdk from "@aws-sdk/client-kinesis";

export const bytesOf = (text: string): Uint8Array => Buffer.from(text);
export const textOf = ({ Data }: sdk._Record): string => Buffer.from(Data ?? []).toString();

/** Everything that a shard holds now, and whether it says that it has ended. */
export async function readShard(
  client: sdk.KinesisClient,
  stream: string,
  shard: string,
): Promise<{ records: sdk._Record[]; children: string[] | undefined }> {
  const first = await client.send(
    new sdk.GetShardIteratorCommand({
      StreamName: stream,
      ShardId: shard,
      ShardIteratorType: "TRIM_HORIZON",
    }),
  );
  const records: sdk._Record[] = [];
  let iterator = first.ShardIterator;
  for (;;) {
    const got = await client.send(new sdk.GetRecordsCommand({ ShardIterator: iterator }));
    records.push(...(got.Records ?? []));
    if (got.NextShardIterator === undefined) {
      return { records, children: (got.ChildShards ?? []).map(({ ShardId = "" }) => ShardId) };
    }
    iterator = got.NextShardIterator;
    if ((got.Records ?? []).length === 0 && got.MillisBehindLatest === 0) {
      return { records, children: undefined };
    }
  }
}

/** `Type: message` of what a call was refused with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "accepted";
  } catch (thrown) {
    const { name, message } = thrown as Error; // The SDK throws nothing else.
    return `${name}: ${message}`;
  }
}
