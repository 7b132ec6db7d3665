/** A pipeline whose transform, asked for it by an event, never returns, eats memory, ends its own thread, or the process. */

import { z } from "zod";
import { definePipeline, defineStream } from "../../../src/index.ts";

const schema = z.object({
  id: z.string(),
  does: z.enum(["nothing", "loop", "eat", "exit", "kill"]),
});
type Job = z.infer<typeof schema>;

const DEEDS: Readonly<Record<Job["does"], () => void>> = {
  nothing: () => {},
  loop: () => {
    for (;;) {
      // Until somebody ends it.
    }
  },
  eat: () => {
    const mouthful = Array.from({ length: 1_000_000 }, (_none, at) => at + 0.5);
    const eaten: number[][] = [];
    for (;;) {
      eaten.push([...mouthful]);
    }
  },
  exit: () => process.exit(3),
  // As a crash in a native addon does, of which nobody in the process hears.
  kill: () => process.kill(process.pid, "SIGKILL"),
};

function run(job: Job): Job {
  DEEDS[job.does]();
  return job;
}

const buffer = { interval: "200ms" } as const;

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "hanging",
  streams: {
    jobs: defineStream({ schema, id: "id", deliver: { buffer, transform: run } }),
    others: defineStream({ schema, id: "id", deliver: { buffer } }),
  },
});
