/** The way through an internal stage: the driver uploads a cut's objects, wherever the lake is, and they go afterwards. */

import { randomUUID } from "node:crypto";
import { copyFile, link, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Fault } from "../../../../base/faults.ts";
import { defined } from "../../../../base/assert.ts";
import { type Answer, rowsOf } from "../client/transport.ts";
import type { CutToBring, Way } from "./way.ts";
import { copiedFrom } from "./read-object.ts";

const STAGE = "MILLRACE_FILES";

export function putWay(): Way {
  return {
    async prepare(transport, running) {
      await transport.ask(`CREATE STAGE IF NOT EXISTS ${STAGE}`, running);
      // What a killed process left; no other is at work on these tables.
      await transport.ask(`REMOVE @${STAGE}`, running);
    },
    async bring({ transport, running, manifest, objects }) {
      const folder = randomUUID();
      const places = new Map<string, string>();
      for (const [part, path] of partsOf({ manifest, objects })) {
        await using plain = await plainFile(path);
        const put = `PUT 'file://${plain.path}' @${STAGE}/${folder} AUTO_COMPRESS = FALSE OVERWRITE = TRUE`;
        requireUploaded(await transport.ask(put, running).then(statusOf), part);
        places.set(part, `${folder}/${basename(plain.path)}`);
      }
      return {
        staging: copiedFrom(`@${STAGE}`, (name) =>
          defined(places.get(name), "what is staged was uploaded"),
        ),
        planned: false,
        taken: [],
        async [Symbol.asyncDispose]() {
          // What stays where this fails is removed by the next start.
          await transport.ask(`REMOVE @${STAGE}/${folder}`, running).catch(() => {});
        },
      };
    },
  };
}

/** What the driver says of the one file; its columns are in its own spelling. */
async function statusOf(answer: Answer): Promise<readonly [status: string, message: string]> {
  const [row = []] = await rowsOf(answer);
  const cell = (name: string): string => {
    const value = row[answer.columns.findIndex((column) => column.name.toLowerCase() === name)];
    return typeof value === "string" ? value : "";
  };
  return [cell("status"), cell("message")];
}

/** An upload that fails is no error to the driver: it stands in its answer. */
function requireUploaded([status, message]: readonly [string, string], object: string): void {
  if (status !== "UPLOADED" && status !== "SKIPPED") {
    const cause = `it was not uploaded: ${status} ${message}`.trim();
    throw new Fault("LOAD_FAILED", { object, table: `@${STAGE}`, cause });
  }
}

/** The driver takes `*` and `?` in a path for patterns, and ends it at the first quote: such a file gets another name. */
async function plainFile(path: string): Promise<{ readonly path: string } & AsyncDisposable> {
  if (/^[\w@%+=:,./-]+$/.test(path)) {
    return { path, [Symbol.asyncDispose]: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), "millrace-put-"));
  const plain = join(folder, "object");
  await link(path, plain).catch(() => copyFile(path, plain));
  return {
    path: plain,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function partsOf({
  manifest,
  objects,
}: Pick<CutToBring, "manifest" | "objects">): readonly (readonly [string, string])[] {
  return (
    [
      [manifest.object, objects.object],
      [manifest.failed, objects.failed],
    ] as const
  ).flatMap(([part, path]) =>
    part === undefined ? [] : [[part.name, defined(path, "a manifest's part has a local object")]],
  );
}
