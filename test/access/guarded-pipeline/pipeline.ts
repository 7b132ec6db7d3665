/** A pipeline with every kind of secret: keys, an issuer's tokens, webhooks. Where the issuer is, the environment says. */

import { z } from "zod";
import { definePipeline, defineStream } from "../../../src/index.ts";

const visits = defineStream({
  schema: z.object({ id: z.string(), page: z.string() }),
  deliver: { buffer: { interval: "100ms" } },
});
const pushes = defineStream({
  schema: z.object({ id: z.string(), ref: z.string() }),
  deliver: { buffer: { interval: "100ms" } },
});

// oxlint-disable-next-line import/no-default-export -- a pipeline is its file's default export
export default definePipeline({
  name: "guarded",
  streams: { visits, pushes },
  webhooks: {
    github: { stream: "pushes", sign: "github", secret: { env: "GUARDED_GITHUB" } },
    stripe: { stream: "pushes", sign: "stripe", secret: { env: "GUARDED_STRIPE" } },
  },
  access: {
    jwt: {
      issuer: "https://issuer.example",
      audience: "millrace",
      jwks: process.env["GUARDED_JWKS"] ?? "http://127.0.0.1:1/jwks",
    },
  },
});
