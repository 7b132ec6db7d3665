/** One record's way, stop by stop, with the time of each; the last stop says what it waits for. */

import { isEngineStream } from "../../base/record.ts";
import type { Manifest } from "../../seams/announce.ts";
import type { ModelMeter, Trouble } from "../../seams/meter.ts";
import type { StreamStatus } from "../../seams/status.ts";
import type { Journey } from "../journey.ts";
import { covers, cutOf } from "./cuts.ts";
import type { FoundLetter } from "./letters.ts";
import { modelStep } from "./models.ts";
import { toStep, type Place, type Row, type Step } from "./way.ts";

export interface Way {
  readonly id: string;
  readonly place: Place;
  readonly letters: readonly FoundLetter[];
  /** There is a newer record of the same id. */
  readonly superseded: boolean;
}

export async function stepsOf(journey: Journey, way: Way): Promise<readonly Step[]> {
  const { place } = way;
  const { stream, shard, sequence, acceptedAt, row } = place;
  const accepted: Step = {
    stage: "accepted",
    state: "done",
    says: `in shard ${shard} as number ${sequence}`,
    facts: { shard, sequence },
  };
  const manifest = await cutOf(journey.announcements, place);
  const steps = [toStep(accepted, acceptedAt)];
  if (row !== undefined) {
    steps.push(deliveredStep(row.object, manifest), loadedStep(row));
    if (!isEngineStream(stream)) {
      steps.push(...(await modelSteps(journey, way, row)));
    }
    return steps;
  }
  const status = journey.status().streams.find(({ name }) => name === stream);
  return [...steps, ...withoutRow(manifest, way, status)];
}

function deliveredStep(object: string, manifest: Manifest | undefined): Step {
  const cut = manifest?.cut ?? null;
  const says = cut === null ? `in ${object}` : `in ${object}, cut ${cut}`;
  return toStep(
    { stage: "delivered", state: "done", says, facts: { cut, object } },
    manifest?.cutAt,
  );
}

function loadedStep({ table, line, load, loadedAt }: Row): Step {
  const says = `row ${line} of that object in table ${table}, load ${load}`;
  return toStep({ stage: "loaded", state: "done", says, facts: { table, line, load } }, loadedAt);
}

/** The way of a record that is no row: it waits, was dropped, was set aside, or is missing. */
function withoutRow(
  manifest: Manifest | undefined,
  { place, letters }: Way,
  status: StreamStatus | undefined,
): readonly Step[] {
  if (manifest === undefined) {
    const says = `waiting in the log for its object to be cut${why(status?.delivery.trouble)}`;
    return [{ stage: "delivered", state: "waiting", says, facts: {} }];
  }
  if (covers(manifest.dropped, place)) {
    const says = "dropped by the transform, as it decided";
    const facts = { cut: manifest.cut, object: null };
    return [toStep({ stage: "delivered", state: "done", says, facts }, manifest.cutAt)];
  }
  const loaded = status?.warehouse.cut ?? 0;
  const failed = letters.some(({ stage }) => stage === "transform");
  const object = (failed ? manifest.failed : undefined) ?? manifest.object ?? manifest.failed;
  const delivered = deliveredStep(object?.name ?? "no object", manifest);
  if (manifest.cut > loaded) {
    const says = `waiting to be loaded${why(status?.warehouse.trouble)}`;
    return [delivered, { stage: "loaded", state: "waiting", says, facts: {} }];
  }
  if (letters.length > 0) {
    return [delivered];
  }
  const aside = status?.warehouse.aside?.find(({ cut }) => cut === manifest.cut);
  if (aside !== undefined) {
    const told = `its object is set aside: ${aside.cause} Run \`millrace replay ${place.stream}\``;
    return [delivered, { stage: "loaded", state: "failed", says: told, facts: {} }];
  }
  const says = "not in its table: run `millrace verify`";
  return [delivered, { stage: "loaded", state: "failed", says, facts: {} }];
}

function why(trouble: Trouble | undefined): string {
  return trouble === undefined ? "" : `: ${trouble.message}`;
}

async function modelSteps(journey: Journey, way: Way, row: Row): Promise<readonly Step[]> {
  const { models } = journey.status();
  const takingIn = models.filter((model) => takes(model, way.place.stream));
  const steps: Step[] = [];
  for (const model of takingIn) {
    const step = await modelStep(journey, model, { ...way, load: row.load });
    steps.push(...(step === undefined ? [] : [step]));
  }
  return steps;
}

/** Loads of other streams are nothing to a model that takes in its streams by load. */
function takes({ streams }: ModelMeter, stream: string): boolean {
  return streams.length === 0 || streams.includes(stream);
}
