/** Live feeds end with the key that opened them, and no others do. */

import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { Answers } from "./answers.ts";

class Open extends EventEmitter {
  headersSent = true;
  destroyed = false;

  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}

function add(answers: Answers, name: string, ended?: () => boolean): Open {
  const open = new Open();
  // All that is asked of a response is here.
  answers.add(
    { name, ...(ended === undefined ? {} : { ended }) },
    open as unknown as ServerResponse,
  );
  return open;
}

test("what keys had open ends with them; others' answers, and those not begun yet, go on", () => {
  const answers = new Answers();
  const [mine, other, local] = ["key:a", "key:b", "local"].map((name) => add(answers, name));
  const unbegun = add(answers, "key:a");
  unbegun.headersSent = false;
  const asked: string[] = [];
  const isLive = (id: string): boolean => {
    asked.push(id);
    return id !== "a";
  };
  answers.cutEnded(isLive);
  expect([mine, other, local, unbegun].map((one) => one?.destroyed)).toEqual([
    true,
    false,
    false,
    false,
  ]);
  unbegun.destroy();
  asked.length = 0;
  answers.cutEnded(isLive);
  expect(asked).toEqual(["b"]);
  answers.cut("b");
  expect(other?.destroyed).toBe(true);
});

test("what a token or a session had open ends when it does, though its key lives on", () => {
  const answers = new Answers();
  let over = false;
  const ended = (): boolean => over;
  const [token, session] = ["jwt:anna", "key:a"].map((name) => add(answers, name, ended));
  const plain = add(answers, "key:a");
  answers.cutEnded(() => true);
  expect([token?.destroyed, session?.destroyed, plain.destroyed]).toEqual([false, false, false]);
  over = true;
  answers.cutEnded(() => true);
  expect([token?.destroyed, session?.destroyed, plain.destroyed]).toEqual([true, true, false]);
});
