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
    const ready = Promise.resolve("ready" as const);
    const life = { ready, ended: ended.promise, refused: () => false, die };
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

const fault = new Fault("WAREHOUSE_DOWN", { cause: "no file" });

/** Lives that end before they work, the first `deaths` of them. */
function openMortal(deaths: number, refuses: boolean): { lives: Lives<Life>; begun: () => number } {
  let begun = 0;
  const never = new Promise<never>(() => {});
  const lives = new Lives<Life>({
    begin: () => {
      begun += 1;
      const works = begun > deaths;
      return {
        ready: works ? Promise.resolve("ready") : never,
        ended: works ? never : Promise.resolve(fault),
        refused: () => refuses,
      };
    },
    clock: { now: () => toInstant(0) },
    firstWaitMs: 1,
    longestWaitMs: 1,
    onDeath: () => {},
  });
  return { lives, begun: () => begun };
}

test("what says that it cannot begin throws why, at once", async () => {
  const { lives, begun } = openMortal(1, true);
  await expect(lives.start()).rejects.toBe(fault);
  expect(begun()).toBe(1);
});

test("a first life that is killed is followed by another, and not for ever", async () => {
  const { lives, begun } = openMortal(3, false);
  await lives.start();
  expect([begun(), lives.restarts]).toEqual([4, 3]);
  const hopeless = openMortal(Infinity, false);
  await expect(hopeless.lives.start()).rejects.toBe(fault);
  expect(hopeless.begun()).toBe(10);
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
