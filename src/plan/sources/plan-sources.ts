/** The sources' definitions → their plans, with every problem told. */

import { dirname, resolve } from "node:path";
import type { AnySourceDefinition } from "../../define/source.ts";
import type { PipelineDefinition } from "../../define/pipeline.ts";
import type { StreamPlan } from "../plan.ts";
import type { Problems } from "../settle.ts";
import { planFiles, planReplay } from "./plan-files.ts";
import { planHttp } from "./plan-http.ts";
import { planKafka } from "./plan-kafka.ts";
import type { SourcePlace } from "./place.ts";
import type { SourcePlan } from "./source-plan.ts";

const NAME = /^[a-zA-Z0-9_.-]{1,64}$/;

export function planSources(
  given: PipelineDefinition,
  file: string,
  around: { readonly streams: readonly StreamPlan[]; readonly problems: Problems },
): Readonly<Record<string, SourcePlan>> {
  const { streams, problems } = around;
  const plans: Record<string, SourcePlan> = {};
  for (const [name, source] of Object.entries(given.sources ?? {})) {
    const path = `sources.${name}`;
    const stream = streams.find((one) => one.name === source?.stream);
    if (!NAME.test(name)) {
      problems.add(path, "A source may not be called so.", "Use A-Z a-z 0-9 _ . -, 64 at most.");
    }
    const place = {
      name,
      path,
      problems,
      pipeline: given.name,
      stream,
      folder: dirname(resolve(file)),
    };
    const plan = planSource(source, place);
    if (plan === undefined) {
      const remedy =
        "Write defineSource({ stream, title, read }), or fileSource, httpSource, kafkaSource, replaySource.";
      problems.add(path, "A source needs a read function.", remedy);
      continue;
    }
    if (!Object.hasOwn(given.streams ?? {}, source.stream)) {
      const says = `There is no stream ${source.stream}.`;
      problems.add(`${path}.stream`, says, "Name one of the pipeline's.");
    }
    plans[name] = plan;
  }
  return plans;
}

function planSource(source: AnySourceDefinition, place: SourcePlace): SourcePlan | undefined {
  if (source === null || typeof source !== "object") {
    return undefined;
  }
  if (!("kind" in source)) {
    return typeof source.read === "function" ? source : undefined;
  }
  switch (source.kind) {
    case "files":
      return planFiles(source, place);
    case "replay":
      return planReplay(source, place);
    case "http":
      return planHttp(source, place);
    case "kafka":
      return planKafka(source, place);
    default:
      return undefined;
  }
}
