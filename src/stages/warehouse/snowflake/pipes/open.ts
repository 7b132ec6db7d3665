/** Looks at pipes of the managed form, over the SQL API. */

import { type Clock, type Instant, systemClock } from "../../../../base/clock.ts";
import type { CopiedFile, ListedFile, PipeState } from "../../../../seams/pipe.ts";
import { Http } from "../client/http.ts";
import { type Login, openCredentials } from "../client/key-pair.ts";
import { openSqlApi, type Session } from "../client/sql-api.ts";
import {
  type PipeNames,
  readCopies,
  readHeld,
  readObjects,
  readPipeStatus,
  refreshPipe,
} from "./read-pipe.ts";

export interface PipesOptions {
  readonly base: string;
  readonly account: string;
  readonly login: Login;
  readonly session: Session;
  readonly clock?: Clock;
}

export interface PipeLook {
  readonly state: PipeState;
  readonly history: readonly CopiedFile[];
  readonly listed: readonly ListedFile[];
  readonly held: ReadonlyMap<string, number>;
}

export interface Pipes extends AsyncDisposable {
  /** Throws WAREHOUSE_DOWN, WAREHOUSE_LOGIN, QUERY_FAILED. */
  look(names: PipeNames): Promise<PipeLook>;
  /** Queues what was staged after a moment and is not loaded; gives how many objects. */
  refresh(pipe: string, since: Instant): Promise<number>;
}

export function openPipes(options: PipesOptions): Pipes {
  const { base, account, login, session, clock = systemClock } = options;
  const credentials = openCredentials(login, account, clock);
  const http = new Http({ base, account, user: login.user, credentials });
  const transport = openSqlApi(http, session);
  return {
    // The bucket first: what comes meanwhile is in the history and not in the list, which is no fault.
    async look(names) {
      const listed = await readObjects(transport, names);
      const state = await readPipeStatus(transport, names.pipe);
      const history = await readCopies(transport, names);
      return { state, history, listed, held: await readHeld(transport, names) };
    },
    refresh: (pipe, since) => refreshPipe(transport, pipe, since),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}
