/** Where Firehose says that each record was in its Kinesis stream, as a line. */

export const handler = async ({ records }) => ({
  records: records.map(({ recordId, kinesisRecordMetadata: where }) => {
    const line = `${where.shardId} ${where.sequenceNumber} ${where.partitionKey}\n`;
    return { recordId, result: "Ok", data: Buffer.from(line).toString("base64") };
  }),
});
