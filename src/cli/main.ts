/** The entry of the command line: runs when it is imported, as bin/millrace.cjs does, or started. */

import { runtimeDoors } from "./doors.ts";
import { run } from "./program.ts";
import { systemWorld } from "./world.ts";

const world = systemWorld();
process.exitCode = await run(process.argv.slice(2), world, runtimeDoors);
// A connection or timer that is still open must not keep a finished command from ending.
process.stdout.write("", () => process.stderr.write("", () => process.exit()));
