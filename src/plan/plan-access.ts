/** The webhooks and the trusted issuer of a definition, proved. Secrets stay where they are: here are their names. */

import { toMs } from "../base/units.ts";
import type {
  AccessDefinition,
  JwtDefinition,
  TokenLimits,
  WebhookDefinition,
} from "../define/access.ts";
import type { PipelineDefinition } from "../define/pipeline.ts";
import { type Problems, refuseUnknown } from "./settle.ts";

export interface WebhookPlan {
  readonly stream: string;
  readonly sign: "github" | "stripe";
  readonly secrets: readonly { readonly env: string }[];
  /** In small letters. */
  readonly header: string;
  readonly toleranceMs: number;
}

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}$/;
const ENV = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const HEADER = /^[a-z0-9-]{1,64}$/;
const HEADERS = { github: "x-hub-signature-256", stripe: "stripe-signature" } as const;
const TOLERANCE_MS = { default: 300_000, min: 1000, max: 3_600_000 };
const WEBHOOK_MEMBERS = ["stream", "sign", "secret", "header", "tolerance"];
const JWT_MEMBERS = ["issuer", "audience", "jwks", "algorithms", "scopes", "limits"];
const LIMITS_MIN = { rate: 0.001, burst: 1, daily: 1 } as const;
const LIMIT_MAX = 1e12;
/** Signed with a private key, so that knowing the issuer's public one makes no token. */
const ALGORITHM = /^(?:RS|PS|ES)(?:256|384|512)$|^EdDSA$|^Ed25519$/;

export function planWebhooks(
  given: PipelineDefinition,
  problems: Problems,
): Readonly<Record<string, WebhookPlan>> {
  const entries = Object.entries(given.webhooks ?? {}).map(([name, webhook]) => {
    const path = `webhooks.${name}`;
    if (!NAME.test(name)) {
      problems.add(path, "This is not a webhook's name.", "Use 1-64 of a-z A-Z 0-9 _ -");
    }
    if (!Object.hasOwn(given.streams ?? {}, webhook?.stream)) {
      const says = `There is no stream ${webhook?.stream}.`;
      problems.add(`${path}.stream`, says, "Name one of the pipeline's.");
    }
    return [name, planWebhook(webhook, path, problems)] as const;
  });
  return Object.fromEntries(entries);
}

function planWebhook(given: WebhookDefinition, path: string, problems: Problems): WebhookPlan {
  refuseUnknown(given, WEBHOOK_MEMBERS, { path, problems });
  const { stream, sign, secret, tolerance } = given;
  if (!(sign in HEADERS)) {
    problems.add(`${path}.sign`, "Nobody signs like that.", "Use github or stripe.");
  }
  const secrets = (Array.isArray(secret) ? secret : [secret]) as readonly {
    readonly env: string;
  }[];
  const named = secrets.every((one) => typeof one?.env === "string" && ENV.test(one.env));
  if (!named || secrets.length === 0 || secrets.length > 4) {
    // What stands there may be the secret itself, so it is not shown.
    const remedy = 'Name an environment variable: secret: { env: "MY_WEBHOOK_SECRET" }.';
    problems.add(`${path}.secret`, "This is no reference to a secret.", remedy);
  }
  const header = (given.header ?? HEADERS[sign] ?? "").toLowerCase();
  if (!HEADER.test(header)) {
    problems.add(`${path}.header`, "This is no header's name.", "Leave it out for the usual one.");
  }
  const ms = tolerance === undefined ? TOLERANCE_MS.default : (toMs(tolerance) ?? 0);
  if (ms < TOLERANCE_MS.min || ms > TOLERANCE_MS.max) {
    const remedy = "Write a duration such as 5m.";
    problems.add(`${path}.tolerance`, "It must be from 1s to 1h.", remedy);
  }
  return { stream, sign, secrets, header, toleranceMs: ms };
}

export function planAccess(
  given: AccessDefinition | undefined,
  problems: Problems,
): AccessDefinition {
  refuseUnknown(given ?? {}, ["jwt"], { path: "access", problems });
  if (given?.jwt !== undefined) {
    checkJwt(given.jwt, problems);
  }
  return given ?? {};
}

function checkJwt(jwt: JwtDefinition, problems: Problems): void {
  const path = "access.jwt";
  refuseUnknown(jwt, JWT_MEMBERS, { path, problems });
  const audiences = [jwt.audience].flat();
  if (typeof jwt.issuer !== "string" || jwt.issuer === "") {
    problems.add(
      `${path}.issuer`,
      "A token's issuer must be known.",
      "Name the `iss` of its tokens.",
    );
  }
  if (audiences.length === 0 || !audiences.every((one) => typeof one === "string" && one !== "")) {
    const remedy = "Name the `aud` that is meant for this pipeline.";
    problems.add(`${path}.audience`, "Tokens for others would be taken.", remedy);
  }
  if (!isSafeUrl(jwt.jwks)) {
    const remedy = "Give an https address; http only on this machine.";
    problems.add(`${path}.jwks`, "The issuer's keys cannot be read from there.", remedy);
  }
  for (const algorithm of jwt.algorithms ?? []) {
    if (!ALGORITHM.test(algorithm)) {
      const remedy = "Use RS256, PS256, ES256 or EdDSA.";
      problems.add(`${path}.algorithms`, `${algorithm} proves nothing here.`, remedy);
    }
  }
  checkLimits(jwt.limits ?? {}, problems);
  if (jwt.algorithms?.length === 0) {
    problems.add(`${path}.algorithms`, "No algorithm is left.", "Name one, or leave it out.");
  }
}

function checkLimits(limits: TokenLimits, problems: Problems): void {
  const path = "access.jwt.limits";
  refuseUnknown(limits, Object.keys(LIMITS_MIN), { path, problems });
  for (const [name, min] of Object.entries(LIMITS_MIN)) {
    const value: unknown = limits[name as keyof TokenLimits];
    if (value !== undefined && !(typeof value === "number" && value >= min && value <= LIMIT_MAX)) {
      problems.add(`${path}.${name}`, `It must be a number from ${min}.`, "Write such a number.");
    }
  }
  if (limits.burst !== undefined && limits.rate === undefined) {
    problems.add(`${path}.burst`, "A burst needs a rate.", "Say rate too.");
  }
}

function isSafeUrl(text: unknown): boolean {
  if (typeof text !== "string" || !URL.canParse(text)) {
    return false;
  }
  const { protocol, hostname, username } = new URL(text);
  const local = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return username === "" && (protocol === "https:" || (protocol === "http:" && local));
}
