/** One topic of Kafka into one table, for the tests beside it; broker and topic come from their environment. */

import { definePipeline, defineStream, kafkaSource } from "millrace";
import { z } from "zod";

const orders = defineStream({
  schema: z.object({
    id: z.string(),
    n: z.int(),
    till: z.string().nullable(),
    partition: z.int(),
    offset: z.int(),
  }),
  id: "id",
  shards: 2,
  deliver: { format: "csv", buffer: { size: "16MiB", interval: "500ms" } },
  load: { table: "raw_orders" },
});

/** No id of its own: what names a message is its offset. */
const raw = defineStream({
  schema: z.object({ value: z.string(), key: z.string().nullable(), headers: z.unknown() }),
  load: { table: "raw_lines" },
});

/** Two pipelines of one test are one group. */
const topic = process.env["TEST_KAFKA_TOPIC"] ?? "orders";
const broker = process.env["TEST_KAFKA"] ?? "127.0.0.1:9092";

export default definePipeline({
  name: "kafka-orders",
  streams: { orders, raw },
  sources: {
    orders: kafkaSource({
      stream: "orders",
      from: `kafka://${broker}/${topic}`,
      group: `orders-of-${topic}`,
      parts: { key: "till", partition: "partition", offset: "offset" },
    }),
    lines: kafkaSource({
      stream: "raw",
      from: `kafka://${broker}/lines`,
      value: "text",
      parts: { key: "key", headers: "headers" },
    }),
  },
});
