/** Webhooks as GitHub and Stripe sign them: by their own published examples, changed, late, and sent again. */

import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { toInstant } from "../../../base/clock.ts";
import { Fault } from "../../../base/faults.ts";
import type { WebhookPlan } from "../../../plan/plan-access.ts";
import { openWebhooks, type Webhook } from "./webhooks.ts";

const NOW = 1_795_600_000_000;

function open(sign: WebhookPlan["sign"], secrets: readonly string[], time = { now: NOW }): Webhook {
  const header = sign === "github" ? "x-hub-signature-256" : "stripe-signature";
  const env = Object.fromEntries(secrets.map((secret, n) => [`S${n}`, secret]));
  const plan = {
    stream: "s",
    sign,
    header,
    toleranceMs: 300_000,
    secrets: Object.keys(env).map((name) => ({ env: name })),
  };
  const clock = { now: () => toInstant(time.now) };
  const webhook = openWebhooks({ hook: plan }, { env, clock }).get("hook");
  if (webhook === undefined) {
    throw new TypeError("the webhook is there");
  }
  return webhook;
}

function outcome(webhook: Webhook, headers: Record<string, string>, body: string): string {
  try {
    webhook.judge({ headers, socket: {} }, Buffer.from(body));
    return "taken";
  } catch (thrown) {
    return thrown instanceof Fault ? thrown.code : String(thrown);
  }
}

test("GitHub's own example, and what differs from it in one thing", () => {
  const value = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const header = { "x-hub-signature-256": value };
  const secret = "It's a Secret to Everybody";
  expect(outcome(open("github", [secret]), header, "Hello, World!")).toBe("taken");
  expect(outcome(open("github", ["new", secret]), header, "Hello, World!")).toBe("taken");
  const webhook = open("github", [secret]);
  const wrong: [Record<string, string>, string][] = [
    [header, "Hello, World"],
    [{}, "Hello, World!"],
    [{ "x-hub-signature-256": value.slice(7) }, "Hello, World!"],
    [{ "x-hub-signature-256": value.replace("sha256", "sha1") }, "Hello, World!"],
    [{ "x-hub-signature-256": `${value}00` }, "Hello, World!"],
    [{ "x-hub-signature-256": "sha256=" }, "Hello, World!"],
  ];
  expect(wrong.map(([headers, body]) => outcome(webhook, headers, body))).toEqual(
    wrong.map(() => "SIGNATURE_REFUSED"),
  );
  expect(outcome(open("github", ["another"]), header, "Hello, World!")).toBe("SIGNATURE_REFUSED");
});

function stripe(body: string, at: number, secret = "whsec_1"): Record<string, string> {
  const t = Math.floor(at / 1000);
  const mac = createHmac("sha256", secret).update(`${t}.${body}`).digest("hex");
  return { "stripe-signature": `t=${t},v1=${"0".repeat(64)},v1=${mac},v0=abc` };
}

test("a time in the signature holds for five minutes either way, and cannot be exchanged", () => {
  const webhook = open("stripe", ["whsec_1"]);
  expect(outcome(webhook, stripe("{}", NOW), "{}")).toBe("taken");
  expect(outcome(webhook, stripe("{}", NOW - 299_000), "{}")).toBe("taken");
  expect(outcome(webhook, stripe("{}", NOW - 301_000), "{}")).toBe("SIGNATURE_REFUSED");
  expect(outcome(webhook, stripe("{}", NOW + 301_000), "{}")).toBe("SIGNATURE_REFUSED");
  const old = stripe("{}", NOW - 301_000)["stripe-signature"] ?? "";
  const renewed = old.replace(/t=\d+/, `t=${NOW / 1000}`);
  expect(outcome(webhook, { "stripe-signature": renewed }, "{}")).toBe("SIGNATURE_REFUSED");
  expect(outcome(webhook, stripe("{}", NOW, "other"), "{}")).toBe("SIGNATURE_REFUSED");
  expect(outcome(webhook, { "stripe-signature": "t=1" }, "{}")).toBe("SIGNATURE_REFUSED");
});

test("a delivery is taken once, for as long as its signature holds; one that could not be kept may come again", () => {
  const time = { now: NOW };
  const webhook = open("stripe", ["whsec_1"], time);
  const early = stripe("{}", NOW + 299_000);
  expect(outcome(webhook, early, "{}")).toBe("taken");
  expect(outcome(webhook, early, "{}")).toBe("WEBHOOK_REPLAYED");
  time.now += 598_000;
  expect(outcome(webhook, early, "{}")).toBe("WEBHOOK_REPLAYED");
  time.now += 5000;
  expect(outcome(webhook, early, "{}")).toBe("SIGNATURE_REFUSED");
  const next = stripe("{}", time.now);
  const forget = webhook.judge({ headers: next, socket: {} }, Buffer.from("{}"));
  forget();
  expect(outcome(webhook, next, "{}")).toBe("taken");
});

test("a secret that is not there is told by its name", () => {
  const plan = {
    stream: "s",
    sign: "github",
    header: "h",
    toleranceMs: 1,
    secrets: [{ env: "HOOK_SECRET" }],
  } as const;
  const clock = { now: () => toInstant(NOW) };
  const tryOpen = (env: Record<string, string>): unknown =>
    openWebhooks({ hook: plan }, { env, clock });
  expect(() => tryOpen({ HOOK_SECRET: "" })).toThrow("HOOK_SECRET");
  expect(() => tryOpen({})).toThrow(Fault);
});
