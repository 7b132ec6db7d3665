/** The settings of sources: one description each. */

import type { Fields } from "../fields.ts";

export const fileFields = {
  format: {
    kind: "choice",
    default: "auto",
    of: ["auto", "csv", "ndjson", "json", "parquet"],
    doc: "What the files hold; auto looks at the name, then at the first bytes.",
  },
  encoding: {
    kind: "choice",
    default: "auto",
    of: ["auto", "utf-8", "windows-1252", "utf-16le", "utf-16be"],
    doc: "How text is written; auto tells by the byte order mark and by what is no UTF-8, and says so in the status.",
  },
  delimiter: {
    kind: "choice",
    default: "auto",
    of: ["auto", ",", ";", "\t", "|"],
    doc: "What stands between the cells of CSV; auto counts in the header line.",
  },
  quote: {
    kind: "choice",
    default: '"',
    of: ['"', "'"],
    doc: "What stands around a cell of CSV that holds delimiters or line ends.",
  },
  decimal: {
    kind: "choice",
    default: "auto",
    of: ["auto", ".", ","],
    doc: "The decimal sign of CSV; auto is a comma where cells are parted by ; and numbers are written so.",
  },
  tags: {
    kind: "choice",
    default: "auto",
    of: ["auto", "keep"],
    doc: "A row of HXL tags (#date, #adm1) under the header: auto leaves it out, keep takes it for a record.",
  },
  watch: {
    kind: "choice",
    default: "off",
    of: ["off", "on"],
    doc: "Whether to look for new and changed files for ever, or to be done with those that are there.",
  },
  every: {
    kind: "duration",
    default: 2000,
    min: 20,
    max: 86_400_000,
    doc: "How often a watched place is looked at.",
  },
  settle: {
    kind: "duration",
    default: 1000,
    min: 0,
    max: 3_600_000,
    doc: "A file that changed less than this ago is still being written, and waited for.",
  },
  fetched: {
    kind: "size",
    default: 4_294_967_296,
    min: 1_048_576,
    max: 1_099_511_627_776,
    doc: "The largest file taken from https:// or s3://: it is kept in the data folder while it is read.",
  },
} as const satisfies Fields;

export const replayFields = {
  pauseMax: {
    kind: "duration",
    default: 3_600_000,
    min: 0,
    max: 31_536_000_000,
    doc: "The longest wait between two records, whatever gap history has.",
  },
} as const satisfies Fields;

export const httpFields = {
  format: {
    kind: "choice",
    default: "auto",
    of: ["auto", "json", "ndjson", "csv"],
    doc: "What the API answers; auto believes Content-Type. JSON text inside JSON is unpacked.",
  },
  every: {
    kind: "duration",
    default: 0,
    min: 0,
    max: 31_536_000_000,
    doc: "How long after one whole pull the next begins; 0s pulls once.",
  },
  again: {
    kind: "choice",
    default: "first",
    of: ["first", "last"],
    doc: "Where the next pull begins: at the first page, or where the last one ended (by cursor or offset).",
  },
  perSecond: {
    kind: "count",
    default: 5,
    min: 1,
    max: 1000,
    doc: "Requests a second at most.",
  },
  timeout: {
    kind: "duration",
    default: 30_000,
    min: 100,
    max: 600_000,
    doc: "How long one request may take.",
  },
  attempts: {
    kind: "count",
    default: 6,
    min: 1,
    max: 100,
    doc: "Tries of one request while it fails by 408, 425, 429, 5xx or the network; Retry-After is honoured.",
  },
  answer: {
    kind: "size",
    default: 67_108_864,
    min: 1024,
    max: 536_870_912,
    doc: "The largest answer taken.",
  },
} as const satisfies Fields;

export const kafkaFields = {
  value: {
    kind: "choice",
    default: "json",
    of: ["json", "text", "base64"],
    doc: "What a message's value is: the event as JSON, or text or bytes that become one field of it.",
  },
  start: {
    kind: "choice",
    default: "earliest",
    of: ["earliest", "latest"],
    doc: "Where a group begins that has committed nothing.",
  },
  tombstones: {
    kind: "choice",
    default: "skip",
    of: ["skip", "event"],
    doc: "A message without a value: passed over, or an event of its key and parts.",
  },
  batch: {
    kind: "count",
    default: 5000,
    min: 1,
    max: 50_000,
    doc: "Messages made durable at once at most.",
  },
  wait: {
    kind: "duration",
    default: 100,
    min: 1,
    max: 60_000,
    doc: "How long a broker may wait for more messages before it answers.",
  },
} as const satisfies Fields;
