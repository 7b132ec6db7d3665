/** The status as Prometheus text (exposition format 0.0.4). */

import type { PipelineStatus } from "../seams/status.ts";

interface Family {
  readonly name: string;
  readonly kind: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
}

export function toMetrics(status: PipelineStatus): string {
  return families(status)
    .map(({ name, kind, help, samples }) => {
      const lines = samples.map(
        ([labels, value]) => `millrace_${name}${showLabels(labels)} ${value}`,
      );
      return `# HELP millrace_${name} ${help}\n# TYPE millrace_${name} ${kind}\n${lines.join("\n")}\n`;
    })
    .join("");
}

function families(status: PipelineStatus): Family[] {
  return [...doorFamilies(status), ...streamFamilies(status), ...houseFamilies(status)];
}

function one(value: number): Family["samples"] {
  return [[{}, value]];
}

function doorFamilies({ gateway }: PipelineStatus): Family[] {
  return [
    counter("gateway_requests_total", "Requests for events.", one(gateway.requests)),
    counter("gateway_accepted_total", "Records answered as accepted.", one(gateway.accepted)),
    counter("gateway_rejected_total", "Records set aside at the door.", one(gateway.rejected)),
    counter("gateway_busy_total", "Requests refused for want of room.", one(gateway.refusedBusy)),
    counter("gateway_bytes_total", "Bytes of bodies read.", one(gateway.bytes)),
    gauge("gateway_in_flight_bytes", "Bytes read and not answered.", one(gateway.inFlightBytes)),
  ];
}

function streamFamilies({ streams }: PipelineStatus): Family[] {
  const each = (value: (stream: (typeof streams)[number]) => number): Family["samples"] =>
    streams.map((stream) => [{ stream: stream.name }, value(stream)]);
  return [
    counter(
      "stream_records_total",
      "Records made durable.",
      each((s) => s.stream.records),
    ),
    counter(
      "stream_bytes_total",
      "Bytes made durable.",
      each((s) => s.stream.bytes),
    ),
    counter(
      "stream_commits_total",
      "Group commits.",
      each((s) => s.stream.commits),
    ),
    gauge(
      "stream_disk_bytes",
      "Bytes the log holds on disk.",
      each((s) => s.stream.diskBytes),
    ),
    counter(
      "delivery_cuts_total",
      "Cuts stored.",
      each((s) => s.delivery.cuts),
    ),
    counter(
      "delivery_records_total",
      "Records in stored cuts.",
      each((s) => s.delivery.records),
    ),
    counter(
      "delivery_dropped_total",
      "Records dropped by transforms.",
      each((s) => s.delivery.dropped),
    ),
    counter(
      "delivery_failed_total",
      "Records that transforms failed on.",
      each((s) => s.delivery.failed),
    ),
    gauge(
      "warehouse_rows",
      "Rows in the stream's table.",
      each((s) => s.warehouse.rows),
    ),
    counter(
      "warehouse_set_aside_total",
      "Rows the load set aside.",
      each((s) => s.warehouse.setAside),
    ),
    gauge(
      "records_on_their_way",
      "Accepted, not yet queryable.",
      each((s) => s.onTheirWay),
    ),
    gauge(
      "lag_seconds",
      "Age of the oldest of them.",
      each((s) => s.lagMs / 1000),
    ),
    troubles(streams),
  ];
}

function houseFamilies(status: PipelineStatus): Family[] {
  const { models } = status;
  return [
    gauge(
      "model_rows",
      "Rows of a model.",
      models.map((model) => [{ model: model.name }, model.rows]),
    ),
    counter(
      "model_runs_total",
      "Runs of a model.",
      models.map((model) => [{ model: model.name }, model.runs]),
    ),
    gauge("warehouse_up", "1 while the warehouse answers.", one(Number(status.warehouse.up))),
    gauge(
      "books_balanced",
      "1 when the books last closed BALANCED.",
      one(Number(status.books?.state === "BALANCED")),
    ),
    gauge("memory_bytes", "Resident memory of the main process.", one(status.memoryBytes)),
  ];
}

function troubles(streams: PipelineStatus["streams"]): Family {
  return gauge(
    "troubles",
    "1 where a stage is not getting on.",
    streams.flatMap((s): Family["samples"] => [
      [{ stream: s.name, stage: "stream" }, Number(s.stream.trouble !== undefined)],
      [{ stream: s.name, stage: "delivery" }, Number(s.delivery.trouble !== undefined)],
      [{ stream: s.name, stage: "warehouse" }, Number(s.warehouse.trouble !== undefined)],
    ]),
  );
}

function counter(name: string, help: string, samples: Family["samples"]): Family {
  return { name, kind: "counter", help, samples };
}

function gauge(name: string, help: string, samples: Family["samples"]): Family {
  return { name, kind: "gauge", help, samples };
}

function showLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
