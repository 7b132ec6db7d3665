/** The read APIs alone: started, told, and stopped by a signal. */

import type { ReadingOptions } from "../../runtime/reading/start-reading.ts";
import type { Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { packageVersion } from "../package-version.ts";

const LOOK_MS = 60_000;

export async function serveReading(
  options: Omit<ReadingOptions, "version">,
  { world, doors }: Surroundings,
  json: boolean,
): Promise<ExitCode> {
  const stop = new AbortController();
  using _signals = world.onStopSignal(() => {
    if (stop.signal.aborted) {
      world.exitNow(EXIT.interrupted);
    }
    stop.abort();
  });
  const { startReading } = await doors.reading();
  const reading = await startReading({ ...options, version: packageVersion() });
  const { url } = reading;
  await world.stdout.write(
    json
      ? `${JSON.stringify({ event: "started", url, reading: true })}\n`
      : `Read APIs at ${url}: ${url}/docs says which. No events are taken in.\n`,
  );
  while (!stop.signal.aborted) {
    await world.sleep(LOOK_MS, stop.signal);
  }
  await reading.stop();
  return EXIT.ok;
}
