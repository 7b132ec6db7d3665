/** Whether the machine itself will do: Node, the clock, the port. */

import { createServer } from "node:net";
import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { readEndpoint } from "../data-folder.ts";
import { fail, failed, type Finding, ok } from "./finding.ts";

const NODE_MAJOR_MIN = 24;

export function checkNode(version: string): Finding {
  const major = Number(version.split(".")[0]);
  return major >= NODE_MAJOR_MIN
    ? ok("node", version)
    : fail("node", `${version} is too old.`, `Install Node ${NODE_MAJOR_MIN} or newer.`);
}

/** A clock before this code was written is wrong; one so late has never been set. */
const PLAUSIBLE = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2100, 0, 1) } as const;

export function checkClock(now: number = systemClock.now()): Finding {
  const at = new Date(now).toISOString();
  return now >= PLAUSIBLE.from && now < PLAUSIBLE.to
    ? ok("clock", at)
    : fail("clock", `It is said to be ${at}.`, "Set the clock, and let NTP keep it.");
}

export interface PortAsked {
  readonly host: string;
  readonly port: number;
  readonly data: string;
}

/** A port that the folder's own running pipeline holds is as it should be. */
export async function checkPort({ host, port, data }: PortAsked): Promise<Finding> {
  const endpoint = readEndpoint(data);
  const url = endpoint === undefined ? undefined : new URL(endpoint.url);
  const code = await tryListen(host, port);
  if (code === undefined) {
    return ok("port", port === 0 ? "a free one is taken" : `${port} on ${host} is free`);
  }
  if (code === "EADDRINUSE" && url !== undefined && Number(url.port) === port) {
    return ok("port", `${port} is this pipeline's, which runs as process ${endpoint?.pid}`);
  }
  if (code === "EADDRINUSE") {
    return failed("port", new Fault("PORT_TAKEN", { port, host }));
  }
  const remedy =
    "Choose a port above 1023 with --port, and an address of this machine with --host.";
  return fail("port", `Nobody may listen on ${port} of ${host} here: ${code}.`, remedy);
}

async function tryListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  return await promise;
}
