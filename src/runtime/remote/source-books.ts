/** The books' look at streams on Kinesis, for a data folder on which nothing runs. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { KinesisAddress, StreamAddress } from "../../base/address.ts";
import { DEAD_LETTERS, type StreamName } from "../../base/record.ts";
import type { LookAtSource } from "../../books/index.ts";
import {
  lookAtTaken,
  type Marks,
  openMarks,
  openRemoteStream,
  type RemoteStream,
} from "../../stages/stream/remote/index.ts";
import type { LogReader } from "../../stages/stream/index.ts";

export interface SourceParts {
  readonly marks: Marks;
  readonly reader: (stream: StreamName) => Promise<LogReader>;
}

/** What the books ask of one stream. */
export function lookAtStream(
  name: StreamName,
  remote: RemoteStream,
  { marks, reader }: SourceParts,
): LookAtSource {
  const openEvents = (): Promise<LogReader> => reader(name);
  const openLetters = (): Promise<LogReader> => reader(DEAD_LETTERS);
  return ({ again }) => lookAtTaken({ remote, marks, openEvents, openLetters, again });
}

export interface OfflineSource extends AsyncDisposable {
  look(stream: StreamName): LookAtSource | undefined;
}

/** File of the marks in a data folder. */
export function marksFile(root: string): string {
  return join(root, "kinesis.sqlite");
}

/** Nothing where events do not come from Kinesis, or never did. */
export function openOfflineSource(
  { root, source }: { readonly root: string; readonly source: StreamAddress },
  reader: SourceParts["reader"],
): OfflineSource {
  const open = new AsyncDisposableStack();
  const path = marksFile(root);
  const marks =
    source.kind === "kinesis" && existsSync(path) ? open.use(openMarks(path)) : undefined;
  return {
    look(stream) {
      if (marks === undefined || stream === DEAD_LETTERS) {
        return undefined;
      }
      return async (given) => {
        const address = source as KinesisAddress; // There are no marks of anything else.
        using remote = await openRemoteStream(address, stream);
        return await lookAtStream(stream, remote, { marks, reader })(given);
      };
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
