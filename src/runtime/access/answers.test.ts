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

function add(answers: Answers, caller: string, open = new Open()): Open {
  // All that is asked of a response is here.
  answers.add(caller, open as unknown as ServerResponse);
  return open;
}

test("what keys had open ends with them; others' answers, and those not begun yet, go on", () => {
  const answers = new Answers();
  const [mine, other, local] = ["key:a", "key:b", "local"].map((name) => add(answers, name));
  const unbegun = new Open();
  unbegun.headersSent = false;
  add(answers, "key:a", unbegun);
  const asked: string[] = [];
  const isLive = (id: string): boolean => {
    asked.push(id);
    return id !== "a";
  };
  answers.cutEnded(isLive);
  expect(asked).toEqual(["a", "b"]);
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
});
