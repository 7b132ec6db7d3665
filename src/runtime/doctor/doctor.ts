/** Looks at all that a start will need, one thing after the other, and changes none of it. */

import { resolve } from "node:path";
import { causeOf, Fault } from "../../base/faults.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import type { Plan } from "../../plan/plan.ts";
import { rememberedPlaces } from "../data-folder.ts";
import { readEnvironment } from "../places/environment.ts";
import { type GivenPlaces, type Places, settlePlaces } from "../places/places.ts";
import { checkDisk } from "./disk.ts";
import { fail, failed, type Finding, ok } from "./finding.ts";
import { checkFolder } from "./folder.ts";
import { checkClock, checkNode, checkPort } from "./machine.ts";
import { checkModels } from "./models.ts";
import { checkDrivers, checkReach, driversOf } from "./places.ts";

export interface DoctorOptions {
  readonly pipeline: string;
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly places: GivenPlaces;
}

/** The floor of free disk where no definition says one. */
const FREE_BYTES_MIN = 1_073_741_824;
/** What hangs is a finding too. */
const CHECK_MS = 60_000;

/** Never throws: what goes wrong is what it is there to tell. */
export async function examine(options: DoctorOptions): Promise<readonly Finding[]> {
  const data = resolve(options.data);
  const { plan, found } = await readPlan(options.pipeline);
  const { places, wrong } = readPlaces(data, options.places);
  const floor = plan?.streams.map(({ backlog }) => backlog.freeDisk) ?? [FREE_BYTES_MIN];
  const checks: readonly (readonly [string, () => Promise<readonly Finding[]>])[] = [
    ["node", async () => [checkNode(process.versions.node)]],
    ["clock", async () => [checkClock()]],
    ["definition", async () => [found]],
    ["models", async () => await checkModels(plan)],
    ["data folder", async () => await checkDisk({ data, freeBytesMin: Math.min(...floor) })],
    ["lock", async () => [checkFolder(data, plan?.name)]],
    ["port", async () => [await checkPort({ ...options, data })]],
    ["addresses", async () => wrong],
    ["packages", async () => checkDrivers(driversOf(plan, places))],
    ["credentials", async () => await checkReach(plan, places)],
  ];
  const findings: Finding[] = [];
  for (const [about, check] of checks) {
    findings.push(...(await inTime(about, check)));
  }
  return findings;
}

async function inTime(
  about: string,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const late = Promise.withResolvers<readonly Finding[]>();
  const says = `No answer within ${CHECK_MS / 1000} s.`;
  const timer = setTimeout(
    () => late.resolve([fail(about, says, "See whether its disk or network stands still.")]),
    CHECK_MS,
  );
  try {
    return await Promise.race([check(), late.promise]);
  } catch (thrown) {
    return [failed(about, thrown)];
  } finally {
    clearTimeout(timer);
  }
}

async function readPlan(path: string): Promise<{ plan: Plan | undefined; found: Finding }> {
  try {
    const plan = await loadPlan(path);
    return { plan, found: ok("definition", `${plan.name}, plan ${plan.hash}, in ${plan.file}`) };
  } catch (thrown) {
    return { plan: undefined, found: failed("definition", thrown) };
  }
}

/** Where lake and stream are: as said, or as the folder remembers; a running pipeline's folder tells nothing. */
function readPlaces(
  data: string,
  given: GivenPlaces,
): { readonly places: Places | undefined; readonly wrong: readonly Finding[] } {
  try {
    const environment = readEnvironment();
    const remembered = rememberedPlaces(data);
    return { places: settlePlaces({ given, environment, remembered, root: data }), wrong: [] };
  } catch (thrown) {
    const fault = thrown instanceof Fault ? thrown : causeOf(thrown);
    return { places: undefined, wrong: [failed("addresses", fault)] };
  }
}
