/** Where is event X? The way of every record that was accepted under its id, from the door to its rows, with times. */

import { Fault } from "../../base/faults.ts";
import { isEngineStream } from "../../base/record.ts";
import type { Journey } from "../journey.ts";
import { findLetters, type FoundLetter } from "./letters.ts";
import { findPlaces } from "./places.ts";
import { stepsOf } from "./steps.ts";
import type { Place, Revision, Step, Whereabouts } from "./way.ts";

/** The path of an event or dead letter. Throws EVENT_UNKNOWN. */
export async function whereIs(journey: Journey, id: string): Promise<Whereabouts> {
  const letters = await findLetters(journey, id);
  const found = await findPlaces(journey, id);
  const places = withoutLetters(found.places);
  const searched = found.searched === undefined ? {} : { searched: found.searched };
  const newest = places.at(-1);
  if (newest === undefined) {
    const last = letters.at(-1);
    if (last === undefined) {
      const searchedTo = found.searched === undefined ? "" : `: ${found.searched}`;
      throw new Fault("EVENT_UNKNOWN", { id, searched: searchedTo });
    }
    const steps = letters.map(({ step }) => step);
    return { id, stream: last.stream, steps, earlier: [], ...searched };
  }
  const earlier: Revision[] = [];
  for (const place of places.slice(0, -1)) {
    const steps = await stepsOf(journey, { id, place, letters, superseded: true });
    earlier.push({ stream: place.stream, steps });
  }
  const steps = await stepsOf(journey, { id, place: newest, letters, superseded: false });
  return { id, stream: newest.stream, steps: around(steps, letters, newest), earlier, ...searched };
}

/** A redriven letter's event has the letter's own id: its record tells more than where the letter itself is kept. */
function withoutLetters(places: readonly Place[]): readonly Place[] {
  const events = places.filter(({ stream }) => !isEngineStream(stream));
  return events.length > 0 ? events : places;
}

/** The letters before the way that began when they were redriven, or behind the way that ended in them. */
function around(steps: readonly Step[], letters: readonly FoundLetter[], { row }: Place): Step[] {
  const aside = letters.map(({ step }) => step);
  const redriven = row !== undefined && letters.at(-1)?.closed === true;
  return redriven ? [...aside, ...steps] : [...steps, ...aside];
}
