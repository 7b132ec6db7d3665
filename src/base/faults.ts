/** Every way the world can fail Millrace: one table of codes, each with status, retry and remedy. */

export type Stage =
  | "define"
  | "gateway"
  | "check"
  | "stream"
  | "delivery"
  | "lake"
  | "warehouse"
  | "models"
  | "books"
  | "sources"
  | "runtime"
  | "cli";

export interface FaultRow {
  readonly stage: Stage;
  /** HTTP status where the fault reaches a client. */
  readonly status: number;
  /** Whether the same request can succeed later without any change. */
  readonly retry: boolean;
  readonly message: string;
  readonly remedy: string;
}

/** `{name}` in a message or remedy is filled from the fault's facts. */
export const FAULTS = {
  PIPELINE_INVALID: {
    stage: "define",
    status: 500,
    retry: false,
    message: "The pipeline definition {file} has {count} problem(s):\n{problems}",
    remedy: "Mend each line named above, then start again.",
  },
  PIPELINE_NOT_FOUND: {
    stage: "define",
    status: 500,
    retry: false,
    message: "No pipeline definition was found at {path}.",
    remedy: "Give a folder that holds pipeline.ts, or the file itself.",
  },
  PIPELINE_LOAD_FAILED: {
    stage: "define",
    status: 500,
    retry: false,
    message: "The pipeline definition {file} could not be read: {cause}",
    remedy: "Run the file with node to see the error in full.",
  },
  REQUEST_INVALID: {
    stage: "gateway",
    status: 400,
    retry: false,
    message: "The request cannot be read: {cause}",
    remedy: "Send what /openapi.json describes.",
  },
  ROUTE_UNKNOWN: {
    stage: "gateway",
    status: 404,
    retry: false,
    message: "There is nothing at {method} {path}.",
    remedy: "GET /v1/status lists the streams; the dashboard is at /.",
  },
  METHOD_NOT_ALLOWED: {
    stage: "gateway",
    status: 405,
    retry: false,
    message: "{path} does not answer {method}.",
    remedy: "Use {allow}.",
  },
  STREAM_UNKNOWN: {
    stage: "gateway",
    status: 404,
    retry: false,
    message: "This pipeline has no stream named {stream}.",
    remedy: "Its streams are: {known}.",
  },
  BODY_TOO_LARGE: {
    stage: "gateway",
    status: 413,
    retry: false,
    message: "The body is larger than {bytesMax} bytes.",
    remedy: "Send smaller batches.",
  },
  BODY_EMPTY: {
    stage: "gateway",
    status: 400,
    retry: false,
    message: "The body holds no record.",
    remedy: "Send one JSON object, an array of them, NDJSON, or CSV with a header line.",
  },
  BODY_UNREADABLE: {
    stage: "gateway",
    status: 400,
    retry: false,
    message: "The body could not be decoded: {cause}",
    remedy: "Check Content-Encoding and that the body arrived whole.",
  },
  BATCH_TOO_LONG: {
    stage: "gateway",
    status: 413,
    retry: false,
    message: "The body holds more than {recordsMax} records.",
    remedy: "Send smaller batches.",
  },
  MEDIA_TYPE_UNSUPPORTED: {
    stage: "gateway",
    status: 415,
    retry: false,
    message: "Bodies of type {type} are not understood here.",
    remedy: "Use application/json, application/x-ndjson or text/csv.",
  },
  ENCODING_UNSUPPORTED: {
    stage: "gateway",
    status: 415,
    retry: false,
    message: "Content-Encoding {encoding} is not understood here.",
    remedy: "Send the body plain or with gzip.",
  },
  GATEWAY_BUSY: {
    stage: "gateway",
    status: 429,
    retry: true,
    message: "The gateway holds as many unanswered bytes as it may.",
    remedy: "Send again after the seconds that Retry-After names.",
  },
  GATEWAY_STOPPING: {
    stage: "gateway",
    status: 503,
    retry: true,
    message: "Millrace is stopping.",
    remedy: "Send again when it has started.",
  },
  RECORD_REJECTED: {
    stage: "check",
    status: 422,
    retry: false,
    message: "The record was set aside: {why}",
    remedy:
      "Mend what the reasons name and send it again; it is kept as dead letter {dead_letter}.",
  },
  REQUEST_TIMEOUT: {
    stage: "gateway",
    status: 408,
    retry: true,
    message: "The request did not arrive whole in time.",
    remedy: "Send it again, in smaller batches if the line is slow.",
  },
  HEADERS_TOO_LARGE: {
    stage: "gateway",
    status: 431,
    retry: false,
    message: "The request's headers are larger than {bytesMax} bytes.",
    remedy: "Send fewer or shorter headers.",
  },
  ORIGIN_REFUSED: {
    stage: "gateway",
    status: 403,
    retry: false,
    message: "Requests from {origin} to host {host} are refused.",
    remedy: "Open Millrace by the address it printed when it started.",
  },
  HOST_REFUSED: {
    stage: "gateway",
    status: 500,
    retry: false,
    message: "Listening on {host} would open this pipeline to the network without keys.",
    remedy: "Leave --host at 127.0.0.1, or say --insecure-host if the network is trusted.",
  },
  PORT_TAKEN: {
    stage: "gateway",
    status: 500,
    retry: false,
    message: "Port {port} on {host} is already in use.",
    remedy: "Stop what uses it, or choose another with --port.",
  },
  STREAM_WRITE_FAILED: {
    stage: "stream",
    status: 503,
    retry: true,
    message: "The log of stream {stream} could not be written: {cause}",
    remedy: "Free disk space or mend the disk, then restart; nothing unanswered was kept.",
  },
  STREAM_BUSY: {
    stage: "stream",
    status: 429,
    retry: true,
    message: "The log of stream {stream} has {bytes} bytes waiting to be written.",
    remedy: "Send again after a second.",
  },
  STREAM_RECORD_TOO_LARGE: {
    stage: "stream",
    status: 413,
    retry: false,
    message: "A batch of {bytes} bytes does not fit a segment of {bytesMax} bytes.",
    remedy: "Send smaller batches.",
  },
  STREAM_CORRUPT: {
    stage: "stream",
    status: 500,
    retry: false,
    message: "Segment {segment} of stream {stream} is damaged at offset {offset}: {cause}",
    remedy: "Restore the segment from a copy; `millrace verify` lists what is affected.",
  },
  STREAM_POSITION_GONE: {
    stage: "stream",
    status: 410,
    retry: false,
    message: "Position {position} of stream {stream} is older than what is retained ({oldest}).",
    remedy: "Read from the oldest position, or keep the stream longer.",
  },
  STREAM_FORMAT_UNKNOWN: {
    stage: "stream",
    status: 500,
    retry: false,
    message: "The log of stream {stream} has format {found}; this Millrace reads {known}.",
    remedy: "Start it with the version of Millrace that wrote it.",
  },
  DATA_LOCKED: {
    stage: "runtime",
    status: 500,
    retry: true,
    message: "The data folder {path} is in use by process {pid}.",
    remedy: "Stop that process, or choose another folder with --data.",
  },
  DATA_FOREIGN: {
    stage: "runtime",
    status: 500,
    retry: false,
    message: "The data folder {path} belongs to pipeline {found}, not {expected}.",
    remedy: "Choose another folder with --data.",
  },
  DELIVERY_FAILED: {
    stage: "delivery",
    status: 500,
    retry: true,
    message: "Cut {cut} of stream {stream} could not be delivered: {cause}",
    remedy: "It is tried again by itself; see the cause.",
  },
  DELIVERY_STOPPED: {
    stage: "delivery",
    status: 503,
    retry: true,
    message: "The delivery thread stopped: {cause}",
    remedy: "It starts again by itself; see the cause.",
  },
  OBJECT_MISSING: {
    stage: "lake",
    status: 404,
    retry: false,
    message: "The lake has no object {name}.",
    remedy: "Restore it, or run `millrace verify` to see what it held.",
  },
  OBJECT_NAME_INVALID: {
    stage: "lake",
    status: 400,
    retry: false,
    message: "{name} is not a name an object may have: {cause}",
    remedy: "Use letters, digits and - _ . = / without empty or dotted parts.",
  },
  OBJECT_DAMAGED: {
    stage: "lake",
    status: 500,
    retry: false,
    message: "Object {name} is not what its manifest says: {cause}",
    remedy: "Restore it from a copy; `millrace verify` names the events it held.",
  },
  LAKE_WRITE_FAILED: {
    stage: "lake",
    status: 503,
    retry: true,
    message: "Object {name} could not be written: {cause}",
    remedy: "Free disk space or mend the lake; delivery tries again by itself.",
  },
  LAKE_READ_FAILED: {
    stage: "lake",
    status: 503,
    retry: true,
    message: "{name} could not be read from the lake: {cause}",
    remedy: "Mend the disk or its permissions; it is tried again by itself.",
  },
  WAREHOUSE_DOWN: {
    stage: "warehouse",
    status: 503,
    retry: true,
    message: "The warehouse is not answering: {cause}",
    remedy: "It restarts by itself; ask again in a few seconds.",
  },
  LOAD_FAILED: {
    stage: "warehouse",
    status: 500,
    retry: true,
    message: "Object {object} could not be loaded into {table}: {cause}",
    remedy: "It is tried again by itself; see the cause.",
  },
  TABLE_MISMATCH: {
    stage: "warehouse",
    status: 500,
    retry: false,
    message: "Column {column} of table {table} is {found}, but the pipeline now says {expected}.",
    remedy: "Change the field's type back, or give the stream a new table in load.table.",
  },
  QUERY_FAILED: {
    stage: "warehouse",
    status: 400,
    retry: false,
    message: "The warehouse refuses the query: {cause}",
    remedy: "Mend the SQL; `show tables` lists what there is.",
  },
  QUERY_TOO_LARGE: {
    stage: "warehouse",
    status: 413,
    retry: false,
    message: "The result has more than {rowsMax} rows.",
    remedy: "Add a limit, or ask for CSV, which is streamed.",
  },
  QUERY_CANCELLED: {
    stage: "warehouse",
    status: 499,
    retry: true,
    message: "The query was cancelled after {ms} ms.",
    remedy: "Ask for less, or allow more time.",
  },
  MODEL_INVALID: {
    stage: "models",
    status: 500,
    retry: false,
    message: "Model {model} ({file}:{line}) is not right: {cause}",
    remedy: "Mend the file named.",
  },
  MODEL_FAILED: {
    stage: "models",
    status: 500,
    retry: true,
    message: "Model {model} failed: {cause}",
    remedy: "Nothing of this run was kept; mend the model and it runs again.",
  },
  MODEL_UNBALANCED: {
    stage: "models",
    status: 500,
    retry: false,
    message: "Model {model} breaks its conservation rule: {rule} ({facts}).",
    remedy: "Nothing of this run was kept; find the rows the model loses or makes up.",
  },
  SOURCE_FAILED: {
    stage: "sources",
    status: 500,
    retry: true,
    message: "Source {source} stopped: {cause}",
    remedy: "It starts again by itself, from its last checkpoint; mend what it reads from.",
  },
  SOURCE_BATCH_INVALID: {
    stage: "sources",
    status: 500,
    retry: false,
    message: "Source {source} gave a batch that cannot be taken: {cause}.",
    remedy: "Mend the source's read function in pipeline.ts.",
  },
  SOURCE_CHECKPOINT_FAILED: {
    stage: "sources",
    status: 500,
    retry: true,
    message: "The checkpoint of source {source} could not be written: {cause}",
    remedy: "Free disk space, or make the data folder writable; it is tried again by itself.",
  },
  EVENT_UNKNOWN: {
    stage: "books",
    status: 404,
    retry: false,
    message: "No event {id} was accepted, or it is older than what is retained.",
    remedy: "Check the id; receipts carry it.",
  },
  NOT_RUNNING: {
    stage: "cli",
    status: 503,
    retry: true,
    message: "No pipeline answers at {url}.",
    remedy: "Start one with `millrace start`, or name it with --url or --data.",
  },
  ANSWER_UNEXPECTED: {
    stage: "cli",
    status: 502,
    retry: true,
    message: "{url} answered {status}: {cause}",
    remedy: "See the pipeline's own output.",
  },
  FEED_FULL: {
    stage: "runtime",
    status: 503,
    retry: true,
    message: "The dashboard's feed already has {clientsMax} readers.",
    remedy: "Close some of the open dashboards.",
  },
  DRAIN_TIMEOUT: {
    stage: "runtime",
    status: 504,
    retry: true,
    message: "Not everything arrived within {seconds} s: {stuck}",
    remedy: "Look at `millrace status`; allow more with --timeout.",
  },
  INTERNAL: {
    stage: "runtime",
    status: 500,
    retry: false,
    message: "Millrace met something it did not expect: {cause}",
    remedy: "Please report it with the pipeline's output.",
  },
  FILE_UNREADABLE: {
    stage: "cli",
    status: 400,
    retry: false,
    message: "{file} cannot be read: {cause}",
    remedy: "Give CSV, JSON or NDJSON, plain or .gz.",
  },
  RECORD_TOO_LONG: {
    stage: "cli",
    status: 400,
    retry: false,
    message:
      "{file}: {count} record(s) longer than {bytesMax} bytes were not sent; the first is number {first}.",
    remedy: "No event may be that long; look at that record. All others were sent.",
  },
  SEND_REJECTED: {
    stage: "cli",
    status: 422,
    retry: false,
    message: "{count} record(s) were set aside.",
    remedy:
      "See them with `millrace dead ls --stream {stream}`; leave --strict out to accept this.",
  },
  OUTPUT_FAILED: {
    stage: "cli",
    status: 500,
    retry: true,
    message: "The output could not be written: {cause}",
    remedy: "Free disk space where the output goes, then run it again.",
  },
  USAGE: {
    stage: "cli",
    status: 400,
    retry: false,
    message: "{cause}",
    remedy: "See `{command} --help`.",
  },
} as const satisfies Record<string, FaultRow>;

export type FaultCode = keyof typeof FAULTS;
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** The one shape of an error on every surface. */
export interface FaultBody {
  readonly error: {
    readonly code: FaultCode;
    readonly message: string;
    readonly remedy: string;
    readonly retry: boolean;
  } & Facts;
}

/** The world has failed us. Callers branch on `code` and `retry`, never on the text. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  readonly facts: Facts;

  constructor(code: FaultCode, facts: Facts = {}, cause?: unknown) {
    super(fill(FAULTS[code].message, facts), cause === undefined ? undefined : { cause });
    this.code = code;
    this.facts = facts;
  }

  get row(): FaultRow {
    return FAULTS[this.code];
  }

  get retry(): boolean {
    return this.row.retry;
  }

  get remedy(): string {
    return fill(this.row.remedy, this.facts);
  }

  /** What a client is shown. */
  toBody(): FaultBody {
    const { code, message, remedy, retry } = this;
    return { error: { ...this.facts, code, message, remedy, retry } };
  }
}

/** The sentence an unknown thrown value says. */
export function causeOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function fill(text: string, facts: Facts): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));
}
