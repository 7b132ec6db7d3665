/** A source of each kind → what reads it. */

import type { SourcePlan } from "../../plan/sources/source-plan.ts";
import { readFiles } from "./files/read-files.ts";
import { readHttp } from "./http/read-http.ts";
import { readKafka } from "./kafka/read-kafka.ts";
import { readReplay } from "./replay/read-replay.ts";
import type { Reader, ReaderWorld } from "./reader.ts";

export function openReader(plan: SourcePlan, world: ReaderWorld): Reader {
  if (!("kind" in plan)) {
    return plan;
  }
  const { stream, title } = plan;
  switch (plan.kind) {
    case "files":
      return { stream, title, read: (context) => readFiles(plan, { ...context, world }) };
    case "replay":
      return { stream, title, read: (context) => readReplay(plan, { ...context, world }) };
    case "http":
      return { stream, title, read: (context) => readHttp(plan, { ...context, world }) };
    case "kafka":
      return {
        stream,
        title,
        takesLeave: true,
        read: (context) => readKafka(plan, { ...context, world }),
      };
  }
}
