/** Loaded into every process and thread of a pipeline under test: the clock on its wall goes as the test sets it. */

import { readFileSync } from "node:fs";

const file = process.env["MILLRACE_TEST_CLOCK"] ?? "";
const LOOK_MS = 20;
const { now } = Date;
const Wall = Date;

let offset = read();
// Timers are of another clock, which nobody sets.
setInterval(() => (offset = read()), LOOK_MS).unref();

function read(): number {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return 0;
  }
}

function wallNow(): number {
  return now() + offset;
}

globalThis.Date = new Proxy(Wall, {
  construct: (target, given, self) =>
    Reflect.construct(target, given.length === 0 ? [wallNow()] : given, self) as Date,
  get: (target, name) => (name === "now" ? wallNow : (Reflect.get(target, name) as unknown)),
});
