/** Opens what decides who comes in: keys, sessions, trusted tokens, webhooks; and says whether anybody from elsewhere could. */

import { randomBytes } from "node:crypto";
import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { isLoopback } from "../../base/loopback.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Authenticator } from "../../seams/caller.ts";
import {
  KeyStore,
  openDoorman,
  openTokenJudge,
  openWebhooks,
  Sessions,
} from "../../stages/gateway/index.ts";
import { Answers } from "./answers.ts";
import type { DataPaths } from "../data-folder.ts";

export interface AccessSettings {
  /** Whether a key is asked for on this machine too. */
  readonly requireKeys?: boolean;
  readonly insecureHost: boolean;
  readonly host: string;
  /** Where the secrets of webhooks are. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface OpenAccess extends Disposable {
  readonly keys: KeyStore;
  readonly sessions: Sessions;
  readonly doorman: Authenticator;
  readonly webhooks: ReturnType<typeof openWebhooks>;
  readonly answers: Answers;
  cookie(): string;
  /** The port is known only once it listens. */
  listensOn(port: number, secure: boolean): void;
  readonly secure: boolean;
}

const NOTE_EVERY_MS = 5000;
const LOOK_EVERY_MS = 1000;

/** Throws HOST_REFUSED, before anything else is opened, KEYS_UNREADABLE, SECRET_MISSING. */
export function openAccess(plan: Plan, paths: DataPaths, settings: AccessSettings): OpenAccess {
  const keys = openKeyStore(paths);
  const sessions = new Sessions(systemClock, randomBytes);
  const { jwt } = plan.access;
  const tokens = jwt === undefined ? undefined : openTokenJudge(jwt, { clock: systemClock });
  const { requireKeys = false, insecureHost, host, env = {} } = settings;
  const somebody = keys.usable || tokens !== undefined;
  // Where everybody is asked for a key that nobody has, nobody could come in either.
  if (!isLoopback(host) && !insecureHost && !somebody) {
    throw new Fault("HOST_REFUSED", { host });
  }
  const listening = { port: 0, secure: false };
  const cookie = (): string => `millrace_session_${listening.port}`;
  const doorman = openDoorman({
    keys,
    sessions,
    tokens,
    everyone: requireKeys,
    required: !isLoopback(host) && !insecureHost,
    cookie,
  });
  const answers = new Answers();
  const note = setInterval(() => noteUsage(keys), NOTE_EVERY_MS).unref();
  // A key that expires is asked for nothing any more, so that its feeds would go on for ever.
  const look = setInterval(() => answers.cutEnded((id) => keys.isLive(id)), LOOK_EVERY_MS).unref();
  return {
    keys,
    sessions,
    doorman,
    answers,
    webhooks: openWebhooks(plan.webhooks, { env, clock: systemClock }),
    cookie,
    listensOn: (port, secure) => Object.assign(listening, { port, secure }),
    get secure() {
      return listening.secure;
    },
    [Symbol.dispose]: () => {
      clearInterval(note);
      clearInterval(look);
      noteUsage(keys);
    },
  };
}

/** The keys of a data folder. */
export function openKeyStore(paths: DataPaths): KeyStore {
  return new KeyStore({
    path: paths.keys,
    usagePath: paths.keyUsage,
    sealPath: paths.keySeal,
    clock: systemClock,
    random: randomBytes,
  });
}

function noteUsage(keys: KeyStore): void {
  try {
    keys.noteUsage();
  } catch {
    // A full disk is told of by the log itself; the counts are tried again in a moment.
  }
}
