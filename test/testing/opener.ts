/** Opens a pipeline for the test beside it, says where it listens, and stays until it is killed. */

import { openTestPipeline } from "../../src/testing/pipeline/index.ts";

const pipeline = await openTestPipeline(process.argv[2] ?? "");
process.stdout.write(`${pipeline.url}\n`);
setInterval(() => undefined, 60_000);
