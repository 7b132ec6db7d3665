/** Serves Kinesis on a data folder until it is killed; its first line is its address. */

import { serve } from "../conformance/kinesis/serve.ts";

const served = await serve(process.argv[2] ?? "");
process.stdout.write(`${served.url}\n`);
