/** Whose data folder it is, and whether anything runs on it. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../../base/faults.ts";
import { readEndpoint, readOwner } from "../data-folder.ts";
import { failed, type Finding, ok } from "./finding.ts";

/** `pipeline` is the name in the definition; undefined where there is none that can be read. */
export function checkFolder(data: string, pipeline: string | undefined): Finding {
  if (!existsSync(join(data, "millrace.sqlite"))) {
    return ok("lock", "no pipeline has run on the data folder yet");
  }
  try {
    const owner = readOwner(data);
    if (pipeline !== undefined && owner.pipeline !== pipeline) {
      const facts = { path: data, found: owner.pipeline, expected: pipeline };
      return failed("lock", new Fault("DATA_FOREIGN", facts));
    }
    return ok("lock", `free; the folder is ${owner.pipeline}'s`);
  } catch (thrown) {
    const code = thrown instanceof Fault ? thrown.code : undefined;
    const endpoint = readEndpoint(data);
    if (code === "DATA_LOCKED" && endpoint !== undefined) {
      return ok("lock", `a pipeline runs on it: process ${endpoint.pid} at ${endpoint.url}`);
    }
    return code === "DATA_MISSING"
      ? ok("lock", "free; no pipeline has run on the folder yet")
      : failed("lock", thrown);
  }
}
