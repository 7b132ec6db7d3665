/** How Snowflake comes to the lake's objects: through a stage over the bucket, or by bringing each into a stage of ours. */

import { Fault } from "../../../base/faults.ts";
import type { Manifest, StoredPart } from "../../../seams/announce.ts";
import type { Running, Transport } from "./client/transport.ts";
import { quoteText } from "./quote.ts";

/** What is said about the way; undefined members were not said. */
export interface StagePlace {
  /** A stage that somebody made over the lake's place. */
  readonly stage: string | undefined;
  /** A storage integration that may read the bucket; the stage is then ours to make. */
  readonly integration: string | undefined;
  /** `s3://BUCKET/PREFIX/` of the lake; undefined for a lake in a folder. */
  readonly url: string | undefined;
}

export interface Stage {
  /** As it stands behind FROM. */
  readonly name: string;
  /** Makes it, where that is ours to do. */
  ensure(running: Running): Promise<void>;
  /** Makes an object readable under its name. */
  bring(part: StoredPart, file: string, running: Running): Promise<void>;
  /** Removes what was brought for a cut. */
  clear(manifest: Manifest, running: Running): Promise<void>;
}

const OWN = "MILLRACE_LAKE";
const NAME = /^[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*){0,2}$/;

/** Throws WAREHOUSE_CANNOT where Snowflake can come to the lake's objects by no way. */
export function openStage(transport: Transport, place: StagePlace, address: string): Stage {
  const { stage, integration, url } = place;
  if (stage !== undefined) {
    requireName("stage", stage, address);
    return { name: `@${stage}`, ensure: nothing, bring: nothing, clear: nothing };
  }
  if (integration !== undefined && url !== undefined) {
    requireName("integration", integration, address);
    const statement = `CREATE STAGE IF NOT EXISTS ${OWN} URL = ${quoteText(url)} STORAGE_INTEGRATION = ${integration}`;
    const ensure = async (running: Running): Promise<void> => {
      await transport.ask(statement, running);
    };
    return { name: `@${OWN}`, ensure, bring: nothing, clear: nothing };
  }
  return bringing(transport, place, address);
}

async function nothing(): Promise<void> {
  // The objects are where Snowflake reads them.
}

/** The SQL API cannot PUT a file; the driver can. */
function bringing(transport: Transport, { url }: StagePlace, address: string): Stage {
  const { put } = transport;
  if (put === undefined) {
    const lake = url ?? "in a folder";
    const cause = `the lake is ${lake}, and Snowflake's SQL API can fetch from a bucket only`;
    const way =
      "Use a lake on S3 and name a way into it: ?integration=NAME (a storage integration) or ?stage=NAME (a stage over the lake's prefix); or add ?transport=driver, which uploads each object.";
    throw new Fault("WAREHOUSE_CANNOT", { address, what: "load objects", cause, way });
  }
  return {
    name: `@${OWN}`,
    ensure: async (running) => {
      await transport.ask(`CREATE STAGE IF NOT EXISTS ${OWN}`, running);
    },
    bring: (part, file, running) => put(file, `@${OWN}/${part.name}`, running),
    clear: async ({ object, failed }, running) => {
      for (const part of [object, failed]) {
        if (part !== undefined) {
          // What stays behind is overwritten by the next try, and a stage costs what it holds.
          await transport
            .ask(`REMOVE ${quoteText(`@${OWN}/${part.name}`)}`, running)
            .catch(nothing);
        }
      }
    },
  };
}

function requireName(what: string, name: string, address: string): void {
  if (!NAME.test(name)) {
    const cause = `?${what}=${name} is no name of Snowflake's, such as MARKET_LAKE`;
    throw new Fault("ADDRESS_INVALID", { part: "warehouse", address, cause });
  }
}
