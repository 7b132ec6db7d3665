/** Sends cut after cut through channels, writes down each that is there, and is killed at any request. */

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { openRig, readTold } from "./streaming-rig.ts";

const [told = "", ledger = ""] = process.argv.slice(2);
const { cuts, ...options } = readTold(told);
await using rig = await openRig(options);
const done = existsSync(ledger) ? readFileSync(ledger, "utf8").split("\n").length - 1 : 0;
const file = openSync(ledger, "a");
for (const cut of cuts.slice(done)) {
  await rig.bring(cut);
  writeSync(file, `${cut.manifest.cut}\n`);
  fsyncSync(file);
}
closeSync(file);
