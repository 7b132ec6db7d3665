/** Whether JQ can read a query, asked of JQ itself before anything depends on it. */

import { JqProblem, openJq } from "../partition/jq.ts";
import { invalid } from "./refuse.ts";

/** Throws InvalidArgumentException. */
export async function checkQuery(query: string): Promise<void> {
  await using jq = openJq();
  try {
    await jq.extract(query, [Buffer.from("{}")]);
  } catch (thrown) {
    if (thrown instanceof JqProblem) {
      throw invalid(`MetadataExtractionQuery cannot be read: ${thrown.message.slice(0, 500)}`);
    }
    throw thrown;
  }
}
