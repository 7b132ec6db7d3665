/** The same pipeline with cuts by their size: 32,768 records each, as at full speed, also on a slow machine. */

import { benchPipeline } from "../pipeline/pipeline.ts";

export default benchPipeline("2s");
