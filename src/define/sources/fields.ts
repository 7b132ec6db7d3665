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
