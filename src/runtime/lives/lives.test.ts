/** What is kept alive comes back after each death, and not after its stop. */

import { expect, test } from "vitest";
import { toInstant } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { type Death, type Life, Lives } from "./lives.ts";
import { Questions } from "./questions.ts";

interface TestLife extends Life {
  readonly die: (cause: string) => void;
}

function openLives(): { lives: Lives<TestLife>; begun: TestLife[]; deaths: Death[] } {
  const begun: TestLife[] = [];
  const deaths: Death[] = [];
  const begin = (): TestLife => {
    const ended = Promise.withResolvers<Fault>();
    const die = (cause: string): void => ended.resolve(new Fault("WAREHOUSE_DOWN", { cause }));
    const life = { ready: Promise.resolve("ready" as const), ended: ended.promise, die };
    begun.push(life);
    return life;
  };
  const waits = { firstWaitMs: 1, longestWaitMs: 2 };
  const clock = { now: () => toInstant(1000) };
  const onDeath = (death: Death): void => void deaths.push(death);
  return { lives: new Lives({ begin, clock, ...waits, onDeath }), begun, deaths };
}

const ending = { ask: ({ die }: TestLife) => die("asked"), force: () => {}, patienceMs: 1000 };

test("each death is told with its place in the row, and followed by a life", async () => {
  const { lives, begun, deaths } = openLives();
  await lives.start();
  begun[0]?.die("first");
  await expect.poll(() => begun.length).toBe(2);
  begun[1]?.die("second");
  await expect.poll(() => begun.length).toBe(3);
  expect(deaths.map(({ attempts, fault }) => [attempts, fault.facts["cause"]])).toEqual([
    [1, "first"],
    [2, "second"],
  ]);
  expect(lives.restarts).toBe(2);
  await lives.stop(ending);
  expect(begun.length).toBe(3);
  expect(deaths.length).toBe(2);
});

test("what cannot begin throws why", async () => {
  const fault = new Fault("WAREHOUSE_DOWN", { cause: "no file" });
  const never = new Promise<"ready">(() => {});
  const lives = new Lives({
    begin: () => ({ ready: never, ended: Promise.resolve(fault) }),
    clock: { now: () => toInstant(0) },
    firstWaitMs: 1,
    longestWaitMs: 1,
    onDeath: () => {},
  });
  await expect(lives.start()).rejects.toBe(fault);
});

test("questions are asked again of the next life, answered once, and end with the last", async () => {
  const said: number[] = [];
  const questions = new Questions(({ id }) => void said.push(id));
  const first = questions.ask(60_000);
  const second = questions.ask(60_000);
  questions.repeat();
  expect(said).toEqual([1, 2, 1, 2]);
  questions.answer(2, true);
  expect(await second).toBe(true);
  questions.repeat();
  expect(said.slice(4)).toEqual([1]);
  questions.end();
  expect(await first).toBe(false);
  expect(await questions.ask(1)).toBe(false);
});
