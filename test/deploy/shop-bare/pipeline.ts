/** The shop without read APIs: what the emulator knows every resource of. */

import { definePipeline } from "../../../src/index.ts";
import shop from "../shop/pipeline.ts";

export default definePipeline({ ...shop, deploy: { aws: { capacity: "provisioned" } } });
