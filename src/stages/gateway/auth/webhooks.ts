/** Signed webhooks: each delivery is judged by its raw bytes and taken once within its window. */

import type { Clock } from "../../../base/clock.ts";
import { Fault } from "../../../base/faults.ts";
import { LIMITS } from "../../../base/limits.ts";
import type { WebhookPlan } from "../../../plan/plan-access.ts";
import type { RequestHead } from "../../../seams/caller.ts";
import { judgeGithub, judgeStripe, type Judged, type Signed } from "./signatures.ts";

export interface Webhook {
  readonly stream: string;
  /**
   * Takes note of the delivery and answers how to forget it, for when it could not be kept.
   * Throws SIGNATURE_REFUSED, WEBHOOK_REPLAYED, GATEWAY_BUSY.
   */
  judge(head: RequestHead, body: Buffer): () => void;
}

type Env = Readonly<Record<string, string | undefined>>;

const JUDGES: Readonly<Record<WebhookPlan["sign"], (signed: Signed) => Judged>> = {
  github: judgeGithub,
  stripe: judgeStripe,
};

/** Throws SECRET_MISSING. */
export function openWebhooks(
  plans: Readonly<Record<string, WebhookPlan>>,
  { env, clock }: { readonly env: Env; readonly clock: Clock },
): ReadonlyMap<string, Webhook> {
  const entries = Object.entries(plans).map(([name, plan]) => {
    const secrets = plan.secrets.map(({ env: variable }) => {
      const secret = env[variable] ?? "";
      if (secret === "") {
        throw new Fault("SECRET_MISSING", { path: `webhooks.${name}`, env: variable });
      }
      return secret;
    });
    return [name, openWebhook(plan, secrets, clock)] as const;
  });
  return new Map(entries);
}

function openWebhook(plan: WebhookPlan, secrets: readonly string[], clock: Clock): Webhook {
  const { stream, sign, header, toleranceMs } = plan;
  const env = plan.secrets.map((one) => one.env).join(" or ");
  const taken = new Taken(toleranceMs * 2);
  return {
    stream,
    judge: ({ headers }, body) => {
      const given = headers[header];
      if (typeof given !== "string") {
        throw new Fault("SIGNATURE_REFUSED", { cause: `there is no header ${header}`, env });
      }
      const now = clock.now();
      const judged = JUDGES[sign]({ header: given, body, secrets, now, toleranceMs });
      if (!judged.ok) {
        throw new Fault("SIGNATURE_REFUSED", { cause: judged.cause, env });
      }
      return taken.take(judged.signature, now);
    },
  };
}

/**
 * The deliveries of the last while, by their signatures. A signature is accepted up to one tolerance before and after
 * the time it names, so remembering it for two outlives it.
 */
class Taken {
  readonly #windowMs: number;
  /** Oldest first. */
  readonly #at = new Map<string, number>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  take(signature: string, now: number): () => void {
    for (const [old, at] of this.#at) {
      if (now - at <= this.#windowMs) {
        break;
      }
      this.#at.delete(old);
    }
    if (this.#at.has(signature)) {
      throw new Fault("WEBHOOK_REPLAYED");
    }
    // Forgetting one early would let it in again, so a full memory makes the sender wait.
    if (this.#at.size >= LIMITS.webhookReplaysMax) {
      throw new Fault("GATEWAY_BUSY");
    }
    this.#at.set(signature, now);
    return () => void this.#at.delete(signature);
  }
}
