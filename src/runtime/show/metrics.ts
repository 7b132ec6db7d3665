/** The status as Prometheus text (exposition format 0.0.4). */

import type { KeyFacts } from "../../seams/keys.ts";
import type { TlsMeter } from "../../seams/meter.ts";
import type { PipelineStatus, StreamStatus } from "../../seams/status.ts";

interface Family {
  readonly name: string;
  readonly kind: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
}

export function toMetrics(status: PipelineStatus): string {
  return showFamilies(families(status));
}

/** What each key asked for; nothing where there are no keys. */
export function toKeyMetrics(keys: readonly KeyFacts[]): string {
  const samples = (of: (key: KeyFacts) => number): Family["samples"] =>
    keys.map((key) => [{ key: key.id }, of(key)]);
  return keys.length === 0
    ? ""
    : showFamilies([
        counter(
          "key_requests_total",
          "Requests let in by a key.",
          samples((key) => key.requests),
        ),
        counter(
          "key_limited_total",
          "Requests beyond its limits.",
          samples((key) => key.limited),
        ),
      ]);
}

function showFamilies(shown: readonly Family[]): string {
  return shown
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
    counter(
      "gateway_duplicates_total",
      "Records of these that were known already.",
      one(gateway.duplicates),
    ),
    counter("gateway_rejected_total", "Records set aside at the door.", one(gateway.rejected)),
    counter("gateway_busy_total", "Requests refused for want of room.", one(gateway.refusedBusy)),
    counter("gateway_bytes_total", "Bytes of bodies read.", one(gateway.bytes)),
    gauge("gateway_in_flight_bytes", "Bytes read and not answered.", one(gateway.inFlightBytes)),
    ...(gateway.tls === undefined ? [] : tlsFamilies(gateway.tls)),
  ];
}

function tlsFamilies({ endsAt, trouble }: TlsMeter): Family[] {
  return [
    gauge("tls_certificate_ends_seconds", "When the certificate in use ends.", one(endsAt / 1000)),
    gauge(
      "tls_reload_failures",
      "Times the certificate could not be read again since it last could.",
      one(trouble?.attempts ?? 0),
    ),
  ];
}

type StreamMetric = readonly [
  kind: Family["kind"],
  name: string,
  help: string,
  value: (stream: StreamStatus) => number,
];

const STREAM_METRICS: readonly StreamMetric[] = [
  ["counter", "stream_duplicates_total", "Repeats known at the door.", (s) => s.dedupe.duplicates],
  ["gauge", "stream_dedupe_ids", "Event ids the door knows.", (s) => s.dedupe.ids],
  ["counter", "stream_records_total", "Records made durable.", (s) => s.stream.records],
  ["counter", "stream_bytes_total", "Bytes made durable.", (s) => s.stream.bytes],
  ["counter", "stream_commits_total", "Group commits.", (s) => s.stream.commits],
  ["gauge", "stream_disk_bytes", "Bytes the log holds on disk.", (s) => s.stream.diskBytes],
  ["counter", "delivery_cuts_total", "Cuts stored.", (s) => s.delivery.cuts],
  ["counter", "delivery_records_total", "Records in stored cuts.", (s) => s.delivery.records],
  ["counter", "delivery_dropped_total", "Dropped by transforms.", (s) => s.delivery.dropped],
  ["counter", "delivery_failed_total", "Failed in transforms.", (s) => s.delivery.failed],
  ["gauge", "warehouse_rows", "Rows in the stream's table.", (s) => s.warehouse.rows],
  ["counter", "warehouse_set_aside_total", "Set aside by the load.", (s) => s.warehouse.setAside],
  [
    "gauge",
    "warehouse_objects_set_aside",
    "Objects that no load can take.",
    (s) => s.warehouse.aside?.length ?? 0,
  ],
  ["gauge", "records_on_their_way", "Accepted, not yet queryable.", (s) => s.onTheirWay],
  ["gauge", "lag_seconds", "Age of the oldest of them.", (s) => s.lagMs / 1000],
];

function streamFamilies(status: PipelineStatus): Family[] {
  const { streams } = status;
  const metrics = STREAM_METRICS.map(([kind, name, help, value]): Family => {
    const samples = streams.map((s) => [{ stream: s.name }, value(s)] as const);
    return { kind, name, help, samples };
  });
  return [...metrics, troubles(status)];
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
    gauge(
      "books_age_seconds",
      "Since the books were last closed.",
      status.books === undefined ? [] : one((status.now - status.books.at) / 1000),
    ),
    ...diskFamilies(status),
    gauge("memory_bytes", "Resident memory of the main process.", one(status.memoryBytes)),
  ];
}

function diskFamilies({ disk, keeper }: PipelineStatus): Family[] {
  const parts = disk?.parts ?? [];
  return [
    gauge(
      "disk_bytes",
      "Bytes of the disk that a part of the data folder takes.",
      parts.map(({ name, bytes }) => [{ part: name }, bytes]),
    ),
    gauge(
      "disk_files",
      "Files of a part of the data folder.",
      parts.map(({ name, files }) => [{ part: name }, files]),
    ),
    gauge("disk_free_bytes", "Free on the data folder's volume.", one(disk?.freeBytes ?? 0)),
    counter("lake_packed_objects_total", "Objects put together.", one(keeper?.objects ?? 0)),
  ];
}

function troubles({ streams, wireStreams = [] }: PipelineStatus): Family {
  return gauge("troubles", "1 where a stage is not getting on.", [
    ...streams.flatMap((s): Family["samples"] => [
      [{ stream: s.name, stage: "stream" }, Number(s.stream.trouble !== undefined)],
      [{ stream: s.name, stage: "delivery" }, Number(s.delivery.trouble !== undefined)],
      [{ stream: s.name, stage: "warehouse" }, Number(s.warehouse.trouble !== undefined)],
    ]),
    ...wireStreams.map(
      ({ service, name, trouble }) =>
        [{ stream: name, stage: service.toLowerCase() }, Number(trouble !== undefined)] as const,
    ),
  ]);
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
