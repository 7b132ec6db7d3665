/** Two hundred kills while a client sends without end: what it wrote down is in the warehouse, each once, and no more. */

import { afterAll, expect, it } from "vitest";
import { assert } from "../../src/base/assert.ts";
import { pause, RunningPipeline } from "../journey/running.ts";
import { type ClientList, differences } from "./client/list.ts";
import { RunningClient } from "./client/running-client.ts";
import { dice } from "./faults/dice.ts";
import type { Order } from "./faults/gate.ts";
import { type Armed, Gatekeeper } from "./faults/gatekeeper.ts";
import { momentsOf, type Point, POINTS, RETENTION_POINTS } from "./faults/points.ts";

const SEED = Number(process.env["MILLRACE_TEST_SEED"] ?? Date.now() % 1_000_000_007);
/** More by hand, for a long night. */
const KILLS = Number(process.env["MILLRACE_TEST_KILLS"] ?? 200);
const PATIENCE_MS = 20_000;
const LOOK_MS = 200;
const CHECK_EVERY = 50;
/** Lives in which a point was not come by. */
const TRIES_MAX = 12;

const running = new RunningPipeline("test/crash/kill-pipeline");
const gatekeeper = new Gatekeeper(running.folder);
running.env = gatekeeper.env;
const chance = dice(SEED);

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

interface Named {
  readonly name: string;
  readonly point: Point;
  readonly when: Order["when"];
}

/** Every named point, before, after and in the middle. */
const points: readonly [name: string, point: Point][] = Object.entries({
  ...POINTS,
  ...RETENTION_POINTS,
});
const named: readonly Named[] = points.flatMap(([name, point]) =>
  momentsOf(point).map((when) => ({ name: `${name}, ${when}`, point, when })),
);

let kills = 0;
const hits = new Set<string>();

function arm({ point: { op, path, by }, when }: Named): Armed {
  // The first passes of a life and later ones; what a new folder alone has comes only once.
  const skip = chance() < 0.5 ? 0 : 1;
  const does = by === "main" && chance() < 0.5 ? "killAll" : "kill";
  return gatekeeper.arm({ op, path, when, skip: ONCE_A_LIFE.has(path) ? 0 : skip, times: 1, does });
}

const RARE = /endpoint|OR REPLACE|\.tmp\$|_packed|folded|->|\[0-9\]\+\[\.\]segment/;
/** What is written once in a life, or seldom more often. */
const ONCE_A_LIFE = new Set<string>(
  points
    .map(([, point]) => point)
    .filter(({ first, path }) => first === true || RARE.test(path))
    .map(({ path }) => path),
);

/** Kills at a named point; false when nothing came by there in this life. */
async function killAt(one: Named): Promise<boolean> {
  const armed = arm(one);
  const happened = await seeItHappen(armed);
  gatekeeper.disarm();
  if (happened) {
    kills += 1;
    hits.add(one.name);
  }
  if (one.point.by === "main") {
    await running.kill();
  }
  return happened;
}

/** A life may end by itself: without its warehouse a start gives up. */
async function seeItHappen(armed: Armed): Promise<boolean> {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    await beginUnlessUp();
    if (await armed.until(LOOK_MS)) {
      return true;
    }
  }
  return false;
}

async function beginUnlessUp(): Promise<void> {
  if (running.isUp) {
    return;
  }
  await running.kill();
  await running.begin();
}

/** In the middle of anything: of a start as well. */
async function killAtAnyMoment(): Promise<void> {
  await beginUnlessUp();
  await pause(chance() * 900);
  kills += 1;
  if (chance() < 0.5) {
    await running.kill();
  } else {
    await running.killFirst();
  }
}

async function killWarehouse(): Promise<void> {
  await beginUnlessUp();
  const until = performance.now() + PATIENCE_MS;
  while (running.isUp && performance.now() < until) {
    const pid = running.warehousePid;
    if (pid !== undefined) {
      await pause(chance() * 500);
      kills += tryKill(pid) ? 1 : 0;
      return;
    }
    await pause(5);
  }
}

function tryKill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
    return false;
  }
}

/** Ingest goes on meanwhile: what was promised before the drain is there after it. */
async function expectAllSoFar(client: RunningClient): Promise<void> {
  await running.kill();
  await running.start();
  const list = client.list();
  await running.drain(120_000);
  expect(await differences(running, list, () => client.list().asked)).toEqual([]);
}

function rank({ point }: Named): number {
  return point.first === true ? 0 : 1;
}

/** The points in turn, a random death of each kind between them, until all are through and the kills are done. */
async function killOn(client: RunningClient): Promise<void> {
  // While the data folder is new, nothing else comes between.
  const waiting = named.toSorted((a, b) => rank(a) - rank(b)).map((one) => ({ one, tries: 0 }));
  let checks = 1;
  while (waiting.length > 0 || kills < KILLS) {
    const next = waiting.shift();
    if (next !== undefined && !(await killAt(next.one))) {
      assert(next.tries < TRIES_MAX, `${next.one.name} is written in some life`);
      waiting.push({ ...next, tries: next.tries + 1 });
    }
    if (next?.one.point.first) {
      continue;
    }
    if (next === undefined || chance() < 0.5) {
      await killWarehouse();
    }
    if (next === undefined || chance() < 0.5) {
      await killAtAnyMoment();
    }
    if (kills >= checks * CHECK_EVERY) {
      checks += 1;
      await expectAllSoFar(client);
    }
  }
}

it(
  `loses nothing and doubles nothing through ${KILLS} kills (MILLRACE_TEST_SEED=${SEED})`,
  { timeout: 1_800_000 },
  async () => {
    await running.begin();
    await using client = new RunningClient(running.folder, running.url);
    await running.kill();
    await killOn(client);
    expect([...hits].toSorted()).toEqual(named.map(({ name }) => name).toSorted());
    expect(kills).toBeGreaterThanOrEqual(KILLS);

    await beginUnlessUp();
    const list = await client.finish();
    await running.kill();
    await running.start("--no-sources");
    await running.drain(120_000);
    expect(await differences(running, list)).toEqual([]);
    // Otherwise the deaths came to an idle pipeline, or no answer was ever lost, and they prove little.
    expect(list.told.size).toBe(list.asked.size);
    expect(list.told.size).toBeGreaterThan(KILLS * 10);
    expect(list.duplicates).toBeGreaterThan(0);
    const { streams } = await running.status();
    const dropped = [...list.told.keys()].filter((name) => isDropped(name, list)).length;
    expect(streams.find(({ name }) => name === "orders")?.delivery.dropped).toBe(dropped);
    const { code, out } = running.cli("verify", "--deep");
    expect(out).toContain("BALANCED");
    expect(code).toBe(0);
  },
);

function isDropped(name: string, { told }: ClientList): boolean {
  return told.get(name)?.stream === "orders" && name.endsWith(".1");
}
