/** The journey's stops: what each says of itself, out of the one status. Pure. */

import { isEngineStream } from "../../../base/record.ts";
import { showBytes } from "../../../base/units.ts";
import type { StreamStatus, PipelineStatus } from "../../../seams/status.ts";
import { counted, showCount } from "../show/numbers.ts";
import { rateOf, type History } from "./history.ts";

export type StopName =
  | "gateway"
  | "check"
  | "stream"
  | "delivery"
  | "lake"
  | "warehouse"
  | "models";

export interface Stop {
  readonly name: StopName;
  readonly title: string;
  readonly count: number;
  /** What is counted. */
  readonly unit: string;
  readonly rate: number;
  /** A line or two of what else there is to know. */
  readonly details: readonly string[];
  /** What is wrong, in plain words. */
  readonly troubles: readonly string[];
}

/** All stops in the order events pass them. */
export function stopsOf(status: PipelineStatus, history: History): readonly Stop[] {
  const own = status.streams.filter(({ name }) => !isEngineStream(name));
  const rate = (name: StopName): number => rateOf(history, name);
  return [
    { ...gatewayStop(status), rate: rate("gateway") },
    { ...checkStop(status), rate: rate("check") },
    { ...streamStop(status, own), rate: rate("stream") },
    { ...deliveryStop(status, own), rate: rate("delivery") },
    { ...lakeStop(own), rate: rate("lake") },
    { ...warehouseStop(status, own), rate: rate("warehouse") },
    { ...modelsStop(status), rate: rate("models") },
  ];
}

type Still = Omit<Stop, "rate">;

function gatewayStop({ gateway, sources }: PipelineStatus): Still {
  const running = sources.filter(({ state }) => state === "running").length;
  const failed = sources.filter(({ state }) => state === "failed");
  return {
    name: "gateway",
    title: "Gateway",
    count: gateway.requests,
    unit: "requests since start",
    details: [
      `${showBytes(gateway.bytes)} in`,
      ...(running > 0 ? [`${counted(running, "source")} running`] : []),
      ...(gateway.refusedBusy > 0 ? [`${showCount(gateway.refusedBusy)} told to wait`] : []),
    ],
    troubles: [
      ...(gateway.tls?.trouble === undefined ? [] : [`TLS: ${gateway.tls.trouble.message}`]),
      ...failed.map(({ name, trouble }) => `${name}: ${trouble?.message ?? "has failed"}`),
    ],
  };
}

function checkStop({ gateway }: PipelineStatus): Still {
  return {
    name: "check",
    title: "Check",
    count: gateway.accepted,
    unit: "accepted since start",
    details: [
      `${showCount(gateway.rejected)} set aside`,
      ...(gateway.duplicates > 0 ? [counted(gateway.duplicates, "duplicate")] : []),
    ],
    troubles: [],
  };
}

function streamStop(status: PipelineStatus, own: readonly StreamStatus[]): Still {
  const shards = sum(own, ({ stream }) => stream.shards.length);
  const disk = sum(status.streams, ({ stream }) => stream.diskBytes);
  return {
    name: "stream",
    title: "Stream",
    count: sum(own, ({ stream }) => stream.records),
    unit: "events kept",
    details: [counted(shards, "shard"), `${showBytes(disk)} on disk`],
    troubles: [
      ...troublesOf(status.streams, ({ stream, dedupe }) => stream.trouble ?? dedupe.trouble),
      ...wireTroubles(status, "Kinesis"),
    ],
  };
}

function deliveryStop(status: PipelineStatus, own: readonly StreamStatus[]): Still {
  const failed = sum(own, ({ delivery }) => delivery.failed);
  const dropped = sum(own, ({ delivery }) => delivery.dropped);
  return {
    name: "delivery",
    title: "Delivery",
    count: sum(own, ({ delivery }) => delivery.records),
    unit: "delivered",
    details: [
      `${showCount(sum(own, ({ delivery }) => delivery.pending))} pending`,
      ...(dropped > 0 ? [`${showCount(dropped)} dropped by transform`] : []),
      ...(failed > 0 ? [`${showCount(failed)} set aside`] : []),
    ],
    troubles: [
      ...troublesOf(status.streams, ({ delivery }) => delivery.trouble),
      ...wireTroubles(status, "Firehose"),
    ],
  };
}

function lakeStop(own: readonly StreamStatus[]): Still {
  return {
    name: "lake",
    title: "Lake",
    count: sum(own, ({ delivery }) => delivery.cuts),
    unit: "objects",
    details: [showBytes(sum(own, ({ delivery }) => delivery.bytes))],
    troubles: [],
  };
}

function warehouseStop(status: PipelineStatus, own: readonly StreamStatus[]): Still {
  const setAside = sum(own, ({ warehouse }) => warehouse.setAside);
  const down = status.warehouse.up ? [] : ["It is restarting; nothing is lost meanwhile."];
  return {
    name: "warehouse",
    title: "Warehouse",
    count: sum(own, ({ warehouse }) => warehouse.rows),
    unit: "rows",
    details: [
      `${showCount(sum(status.streams, ({ onTheirWay }) => onTheirWay))} on their way`,
      ...(setAside > 0 ? [`${showCount(setAside)} set aside`] : []),
    ],
    troubles: [...down, ...troublesOf(status.streams, ({ warehouse }) => warehouse.trouble)],
  };
}

function modelsStop({ models }: PipelineStatus): Still {
  const behind = models.filter(({ load, newestLoad }) => load < newestLoad).length;
  return {
    name: "models",
    title: "Models",
    count: models.reduce((total, { rows }) => total + rows, 0),
    unit: "rows",
    details: [
      models.length === 0 ? "none defined" : counted(models.length, "model"),
      ...(models.length === 0 ? [] : [behind === 0 ? "up to date" : `${behind} catching up`]),
    ],
    troubles: models.flatMap(({ name, trouble }) =>
      trouble === undefined ? [] : [`${name}: ${trouble.message}`],
    ),
  };
}

/** Of streams that were made over the wire. */
function wireTroubles(
  { wireStreams = [] }: PipelineStatus,
  of: "Kinesis" | "Firehose",
): readonly string[] {
  return wireStreams.flatMap(({ service, name, trouble }) =>
    trouble === undefined || service !== of ? [] : [`${of} stream ${name}: ${trouble.message}`],
  );
}

function troublesOf(
  streams: readonly StreamStatus[],
  of: (stream: StreamStatus) => { readonly message: string } | undefined,
): readonly string[] {
  return streams.flatMap((stream) => {
    const trouble = of(stream);
    return trouble === undefined ? [] : [`${stream.name}: ${trouble.message}`];
  });
}

function sum<T>(list: readonly T[], of: (one: T) => number): number {
  return list.reduce((total, one) => total + of(one), 0);
}
