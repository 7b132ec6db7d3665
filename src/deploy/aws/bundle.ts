/** Bundles each Lambda into one file: the definition, the code it runs by, and nothing of the engine. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { beside } from "../../base/beside.ts";
import type { Plan } from "../../plan/plan.ts";
import { deployedStreams } from "../streams.ts";
import type { LambdaCode, LambdaKind } from "./site.ts";

const KINDS: readonly LambdaKind[] = ["check", "transform"];
const ENTRY = fileURLToPath(beside("handlers/entry", import.meta.url));
const PUBLIC_DOOR = fileURLToPath(beside("../../index", import.meta.url));

/** Writes `<out>/<stream>-<kind>/index.mjs` for every stream; resolves to where each is. */
export async function bundleLambdas(plan: Plan, out: string): Promise<LambdaCode> {
  const at: LambdaCode = (kind, stream) => join(out, `${stream}-${kind}`);
  for (const { name, deliver } of deployedStreams(plan)) {
    for (const kind of KINDS) {
      mkdirSync(at(kind, name), { recursive: true });
      const own = kind === "transform" ? deliver.lambda : undefined;
      const source = own === undefined ? entryOf(plan.file, kind, name) : handlerOf(own);
      await bundle(source, join(at(kind, name), "index.mjs"));
    }
  }
  return at;
}

function entryOf(file: string, kind: LambdaKind, stream: string): string {
  return [
    `import { ${kind}Handler } from ${JSON.stringify(ENTRY)};`,
    `import definition from ${JSON.stringify(file)};`,
    `export const handler = ${kind}Handler(definition, ${JSON.stringify(stream)}, process.env);`,
  ].join("\n");
}

/** A user's own handler is deployed as it is. */
function handlerOf({ file, handler }: { readonly file: string; readonly handler: string }): string {
  return `export { ${handler} as handler } from ${JSON.stringify(file)};`;
}

/** Lambda's own Node brings AWS' SDK; a bundle that uses none of it does not load it at its cold start. */
const LAMBDAS_OWN: Plugin = {
  name: "lambdas-own",
  setup: (making) =>
    making.onResolve({ filter: /^@(?:aws-sdk|smithy)\// }, ({ path }) => ({
      path,
      external: true,
      sideEffects: false,
    })),
};

async function bundle(contents: string, outfile: string): Promise<void> {
  await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts", sourcefile: "entry.ts" },
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    plugins: [LAMBDAS_OWN],
    alias: { millrace: PUBLIC_DOOR },
    // Some packages still ask for `require`, which a module does not have.
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
    sourcemap: "linked",
    legalComments: "none",
    logLevel: "silent",
  });
  writeFileSync(join(outfile, "..", "package.json"), '{ "type": "module" }\n');
}
