/** A pipeline of what goes by the clock: a pull on a schedule and an issuer's tokens. Where both are, the environment says. */

import { z } from "zod";
import { definePipeline, defineStream, httpSource } from "../../../src/index.ts";

const at = process.env["CLOCK_SERVER"] ?? "http://127.0.0.1:1";
const deliver = { buffer: { interval: "100ms" } } as const;

const pulls = defineStream({ schema: z.object({ pull: z.int() }), deliver });
const visits = defineStream({ schema: z.object({ page: z.string() }), deliver });

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "clock",
  streams: { pulls, visits },
  sources: { pull: httpSource({ stream: "pulls", url: `${at}/pull`, every: "1s" }) },
  access: { jwt: { issuer: "https://issuer.example", audience: "millrace", jwks: `${at}/jwks` } },
});
