/** Faults behind the doors: stream, delivery, lake, warehouse, models, books, runtime. */

import type { FaultRow } from "./fault-row.ts";

/** `{name}` in a message or remedy is filled from the fault's facts. */
export const STAGE_FAULTS = {
  STREAM_WRITE_FAILED: {
    stage: "stream",
    status: 503,
    retry: true,
    message: "The log of stream {stream} could not be written: {cause}",
    remedy: "Free disk space or mend the disk, then restart; nothing unanswered was kept.",
  },
  STREAM_UNREACHABLE: {
    stage: "stream",
    status: 503,
    retry: true,
    message: "The stream {stream} on Kinesis does not do what it was asked: {cause}",
    remedy:
      "Look at its name, region and throughput, and at the keys; a missing one is made by `aws kinesis create-stream`.",
  },
  STREAM_CLAIM_GONE: {
    stage: "stream",
    status: 410,
    retry: false,
    message:
      "Shard {shard} of {stream} no longer holds what this data folder took from it up to {to} and had not kept yet.",
    remedy:
      "It was stopped for longer than Kinesis keeps records. Keep them longer; what is gone must be sent again by its producers.",
  },
  STREAM_FENCED: {
    stage: "stream",
    status: 409,
    retry: false,
    message: "What this data folder had claimed of {stream} was taken over by {heir}.",
    remedy: "Start on a new data folder; the lake and warehouse of this one keep what they have.",
  },
  STREAM_READER_ALIVE: {
    stage: "stream",
    status: 409,
    retry: true,
    message: "The reader {reader} of {stream} is alive: nothing of it is taken over.",
    remedy: "Stop it, wait for fifteen seconds, and start with --take-over again.",
  },
  STREAM_READER_UNKNOWN: {
    stage: "stream",
    status: 404,
    retry: false,
    message: "No reader of {stream} that can be taken over is called {reader}. Known: {known}.",
    remedy: "Name one of these; only where --stream says ?leases= do others know any.",
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
  ADDRESS_INVALID: {
    stage: "runtime",
    status: 400,
    retry: false,
    message: "{address} cannot be the address of the {part}: {cause}",
    remedy:
      "Write s3://BUCKET/PREFIX for --lake (MILLRACE_LAKE), kinesis://REGION/PREFIX for --stream (MILLRACE_STREAM), snowflake://ACCOUNT/DATABASE/SCHEMA for --warehouse (MILLRACE_WAREHOUSE), or embedded.",
  },
  ADDRESS_CHANGED: {
    stage: "runtime",
    status: 409,
    retry: false,
    message: "The {part} of {path} is {found}, not {given}.",
    remedy:
      "Start without another address; or copy what is there to the new place first, then start once with --readdress.",
  },
  DRIVER_MISSING: {
    stage: "runtime",
    status: 500,
    retry: false,
    message: "{what} needs the package {package}, which is not installed.",
    remedy: "Install it beside Millrace: npm install {package}",
  },
  DATA_MISSING: {
    stage: "runtime",
    status: 404,
    retry: false,
    message: "{path} is no data folder of a pipeline.",
    remedy: "Start a pipeline on it, or name another folder with --data.",
  },
  DATA_UNWRITABLE: {
    stage: "runtime",
    status: 500,
    retry: false,
    message: "The data folder {path} cannot be used: {cause}",
    remedy:
      "Give the user that runs this read and write permission there, or choose another folder with --data.",
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
  DISK_REFUSES: {
    stage: "runtime",
    status: 500,
    retry: true,
    message: "The disk refuses what is asked of it: {cause}",
    remedy:
      "Make room on it, or mend it or its permissions, and start again: nothing that was answered is lost.",
  },
  DATA_DAMAGED: {
    stage: "runtime",
    status: 500,
    retry: false,
    message: "The file {path} is damaged: {cause}",
    remedy:
      "Put back a copy of it. `docs/guides/damaged-files.md` says what each file holds, and which may be removed.",
  },
  DATA_NEWER: {
    stage: "runtime",
    status: 500,
    retry: false,
    message:
      "The file {path} was written by a newer Millrace: format {found}, and this one knows {known}.",
    remedy: "Start the newer Millrace on it, or choose another folder with --data.",
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
  LAMBDA_UNUSABLE: {
    stage: "delivery",
    status: 500,
    retry: true,
    message: "The Lambda handler {file} cannot be used: {cause}",
    remedy: "Mend the handler's file and restart; its records wait in the stream meanwhile.",
  },
  LAKE_FORGOTTEN: {
    stage: "lake",
    status: 410,
    retry: false,
    message:
      "The lake's retention removed the objects of cuts 1 to {cut} of stream {stream}, which a rebuild needs.",
    remedy:
      "Keep the warehouse and mend rows with `millrace replay`; to be able to rebuild, set lake.retention to 0s.",
  },
  OBJECT_MISSING: {
    stage: "lake",
    status: 404,
    retry: false,
    message: "The lake has no object {name}.",
    remedy:
      "Stop the pipeline and run `millrace replay STREAM`, which makes objects again from the log; else restore it.",
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
    remedy:
      "Stop the pipeline and run `millrace replay STREAM`, which makes objects again from the log; else restore it.",
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
  LAKE_UNREACHABLE: {
    stage: "lake",
    status: 503,
    retry: true,
    message: "The lake {address} does not answer as it should: {cause}",
    remedy:
      "Look at the bucket's name and region, the keys (AWS_PROFILE, AWS_ACCESS_KEY_ID …), and for a server other than AWS its address (AWS_ENDPOINT_URL_S3).",
  },
  LAKE_TAKEN: {
    stage: "lake",
    status: 409,
    retry: false,
    message: "The lake {address} belongs to another data folder ({owner}).",
    remedy: "Give this pipeline a prefix of its own: --lake s3://BUCKET/ANOTHER-PREFIX.",
  },
  WAREHOUSE_DOWN: {
    stage: "warehouse",
    status: 503,
    retry: true,
    message: "The warehouse is not answering: {cause}",
    remedy: "It restarts by itself; ask again in a few seconds.",
  },
  WAREHOUSE_DAMAGED: {
    stage: "warehouse",
    status: 500,
    retry: false,
    message: "The warehouse's file {path} is damaged: {cause}",
    remedy:
      "Put back a copy, or move the file away: the next start makes a new one and loads every object of the lake again.",
  },
  WAREHOUSE_LOGIN: {
    stage: "warehouse",
    status: 502,
    retry: false,
    message: "Snowflake account {account} does not let {user} in: {cause}",
    remedy:
      "Set SNOWFLAKE_USER and SNOWFLAKE_PRIVATE_KEY_FILE (or SNOWFLAKE_TOKEN), and give the user the public key: ALTER USER … SET RSA_PUBLIC_KEY.",
  },
  WAREHOUSE_TAKEN: {
    stage: "warehouse",
    status: 409,
    retry: false,
    message: "{address} belongs to another data folder ({owner}).",
    remedy:
      "Give this pipeline a schema of its own: --warehouse snowflake://ACCOUNT/DATABASE/SCHEMA.",
  },
  WAREHOUSE_CANNOT: {
    stage: "warehouse",
    status: 400,
    retry: false,
    message: "The warehouse {address} cannot {what}: {cause}",
    remedy: "{way}",
  },
  LOAD_FAILED: {
    stage: "warehouse",
    status: 500,
    retry: true,
    message: "Object {object} could not be loaded into {table}: {cause}",
    remedy: "It is tried again by itself; see the cause.",
  },
  LOAD_REFUSED: {
    stage: "warehouse",
    status: 500,
    retry: false,
    message: "Object {object} cannot be loaded into {table} as they are: {cause}",
    remedy:
      "After a few tries it is set aside and later objects are loaded. Mend the cause and start again, which tries it once more, or run `millrace replay STREAM`.",
  },
  STREAMING_TOKEN_UNEXPLAINED: {
    stage: "warehouse",
    status: 409,
    // Nothing is wrong with the cut: it waits until somebody has looked.
    retry: true,
    message:
      "Channel {channel} of Snowpipe Streaming has offset token {token}, which this data folder cannot have written before sequences {first} to {last}.",
    remedy:
      "Find out who else writes there (SHOW CHANNELS), or whether the data folder is an old copy. What is right can be loaded into a new schema: --warehouse snowflake://… with --readdress.",
  },
  LOAD_CRASHED: {
    stage: "warehouse",
    status: 500,
    retry: false,
    message: "Loading object {object} ended the warehouse's process again and again: {cause}",
    remedy:
      "It is set aside and later objects are loaded. Stop the pipeline and run `millrace replay STREAM` to try it once more.",
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
  DEAD_LETTER_UNKNOWN: {
    stage: "books",
    status: 404,
    retry: false,
    message: "There is no dead letter {id} in the warehouse.",
    remedy: "`millrace dead ls` lists those there are; one of a moment ago may not be loaded yet.",
  },
  EVENT_UNKNOWN: {
    stage: "books",
    status: 404,
    retry: false,
    message: "No event {id} was accepted, or it is older than what is retained{searched}.",
    remedy: "Check the id; receipts carry it.",
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
} as const satisfies Record<string, FaultRow>;
