/** What a user writes for a source of files: where they are, and what they look like where that cannot be told. */

import type { GivenOf } from "../fields.ts";
import type { fileFields } from "./fields.ts";

export interface FileSourceOptions extends GivenOf<typeof fileFields> {
  readonly stream: string;
  /** What the source is, in a few words; left out, where its files are. */
  readonly title?: string;
  /**
   * A path, a folder, a glob, an https:// address or s3://BUCKET/KEY, or several; paths are seen from pipeline.ts. An
   * s3:// address that ends with / or * stands for all objects under it.
   */
  readonly from: string | readonly string[];
  /** Names of the columns of CSV files that have no header line. */
  readonly columns?: readonly string[];
  /** Headers of requests to https:// addresses; `env:NAME` stands for the environment's variable. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FileSourceDefinition extends FileSourceOptions {
  readonly kind: "files";
}

/** Records of files. A file is read once, goes on where it was after a restart, and is read further when it grew. */
export function fileSource(options: FileSourceOptions): FileSourceDefinition {
  return { ...options, kind: "files" };
}
