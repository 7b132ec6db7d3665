/** Which pipeline a command speaks to: the one named, the one of the data folder, or the usual address. */

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Fault } from "../../base/faults.ts";
import { isRecord } from "./refusal.ts";

export const DATA_DEFAULT = ".millrace";
export const URL_DEFAULT = "http://127.0.0.1:8080";

export interface Reach {
  readonly url?: string;
  readonly data?: string;
}

interface Found {
  /** Where it should answer; undefined when the data folder named belongs to no running pipeline. */
  readonly url: string | undefined;
  /** The data folder to open when nothing answers; undefined when there is none or an address was named. */
  readonly data: string | undefined;
}

/**
 * An address that was named wins. Else the data folder's own pipeline; the usual address only when no folder was
 * named, since whatever answers there need not be the pipeline of that folder.
 */
export function findPipeline(reach: Reach, isAlive: (pid: number) => boolean = isRunning): Found {
  if (reach.url !== undefined) {
    return { url: toBaseUrl(reach.url), data: undefined };
  }
  const folder = resolve(reach.data ?? DATA_DEFAULT);
  const data = existsSync(folder) ? folder : undefined;
  const endpoint = readEndpoint(folder);
  if (endpoint !== undefined && isAlive(endpoint.pid)) {
    return { url: toBaseUrl(endpoint.url), data };
  }
  return { url: reach.data === undefined ? URL_DEFAULT : undefined, data };
}

/** The address that a command needs. Throws NOT_RUNNING when the folder named has no running pipeline. */
export function needUrl(reach: Reach): string {
  const { url } = findPipeline(reach);
  if (url === undefined) {
    throw new Fault("NOT_RUNNING", { url: `the data folder ${resolve(reach.data ?? "")}` });
  }
  return url;
}

/** `http://host:port/` without what follows the path; throws USAGE for anything else. */
function toBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    const cause = `${text} is not an address such as ${URL_DEFAULT}`;
    throw new Fault("USAGE", { cause, command: "millrace" });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

interface Endpoint {
  readonly url: string;
  readonly pid: number;
}

function readEndpoint(folder: string): Endpoint | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(join(folder, "endpoint.json"), "utf8"));
    if (isRecord(read) && typeof read["url"] === "string" && typeof read["pid"] === "number") {
      return { url: read["url"], pid: read["pid"] };
    }
  } catch {
    // No folder, no file, or one half written: then nobody says where it runs.
  }
  return undefined;
}

/** A pipeline that was killed leaves its endpoint.json behind; its port may belong to another by now. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return isRecord(thrown) && thrown["code"] === "EPERM";
  }
}
