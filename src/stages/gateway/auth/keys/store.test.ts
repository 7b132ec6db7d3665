/** Keys live as long as they say: made, proved, rotated with an overlap, expired, revoked, and there again after a restart. */

import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { toInstant } from "../../../../base/clock.ts";
import { Fault } from "../../../../base/faults.ts";
import { KeyStore } from "./store.ts";

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 10, 26, 12);

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), "millrace-keys-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const time = { now: NOON };
  const path = join(folder, "keys.json");
  const usagePath = join(folder, "key-usage.json");
  const clock = { now: () => toInstant(time.now) };
  const sealPath = join(folder, "keys-seal.json");
  const open = (): KeyStore =>
    new KeyStore({ path, usagePath, sealPath, clock, random: randomBytes });
  return { folder, path, sealPath, time, open };
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return "admitted";
  } catch (thrown) {
    return thrown instanceof Fault ? thrown.code : String(thrown);
  }
}

test("a key is taken, by its scopes, in this life and the next; its text is nowhere in the file", () => {
  const { path, open } = setUp();
  const { key, secret } = open().create({ name: "till 4", scopes: ["ingest:prices", "read"] });
  expect(secret).toMatch(new RegExp(`^mr_${key.id}_[\\w-]{43}$`));
  const { caller } = open().admit(secret);
  expect(caller.name).toBe(`key:${key.id}`);
  const may = [
    caller.allows("ingest", "prices"),
    caller.allows("ingest", "other"),
    caller.allows("ingest"),
    caller.allows("read", "any_table"),
    caller.allows("read"),
    caller.allows("admin"),
  ];
  expect(may).toEqual([true, false, false, true, true, false]);
  const text = readFileSync(path, "utf8");
  expect(text).not.toContain(secret.slice(-43));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("what is nearly a key is none, and the answer does not say how near", () => {
  const { open } = setUp();
  const keys = open();
  const { key, secret } = keys.create({ name: "k", scopes: ["admin"] });
  keys.admit(secret);
  const last = secret.endsWith("A") ? "B" : "A";
  const wrong = [
    "",
    "mr_",
    secret.slice(0, -1),
    `${secret}x`,
    `${secret.slice(0, -1)}${last}`,
    `mr_${key.id}_${"A".repeat(43)}`,
    `mr_${"a".repeat(10)}_${secret.slice(-43)}`,
    secret.toUpperCase(),
    `mr___proto___${"A".repeat(42)}`,
  ];
  expect(wrong.map((text) => codeOf(() => keys.admit(text)))).toEqual(
    wrong.map(() => "KEY_REFUSED"),
  );
  expect(codeOf(() => keys.admit(secret))).toBe("admitted");
});

test("rotated: both secrets for the overlap, then the new one alone; a proved one is not remembered too long", () => {
  const { time, open } = setUp();
  const keys = open();
  const { key, secret: first } = keys.create({ name: "k", scopes: ["ingest"] });
  keys.admit(first);
  const { secret: second } = keys.rotate(key.id, 60_000);
  expect([first, second].map((text) => codeOf(() => keys.admit(text)))).toEqual([
    "admitted",
    "admitted",
  ]);
  time.now += 60_000;
  keys.admit(second);
  for (const store of [keys, open()]) {
    expect(codeOf(() => store.admit(first))).toBe("KEY_EXPIRED");
    expect(codeOf(() => store.admit(second))).toBe("admitted");
  }
  const { secret: third } = keys.rotate(key.id, 0);
  expect([first, second, third].map((text) => codeOf(() => keys.admit(text)))).toEqual([
    "KEY_REFUSED",
    "KEY_EXPIRED",
    "admitted",
  ]);
});

test("expired and revoked keys are refused at once, also where they proved themselves before", () => {
  const { time, open } = setUp();
  const keys = open();
  const short = keys.create({ name: "short", scopes: ["ingest"], expiresMs: 1000 });
  const long = keys.create({ name: "long", scopes: ["ingest"] });
  keys.admit(short.secret);
  keys.admit(long.secret);
  time.now += 1000;
  keys.revoke(long.key.id);
  for (const store of [keys, open()]) {
    expect(codeOf(() => store.admit(short.secret))).toBe("KEY_EXPIRED");
    expect(codeOf(() => store.admit(long.secret))).toBe("KEY_REVOKED");
    expect(codeOf(() => store.admitAgain(long.key.id))).toBe("KEY_REVOKED");
    expect(store.usable).toBe(false);
  }
  expect(codeOf(() => keys.rotate(long.key.id, 0))).toBe("KEY_REVOKED");
  expect(codeOf(() => keys.rotate("nobody", 0))).toBe("KEY_UNKNOWN");
  // A wrong secret is not told that the key was revoked.
  const wrong = `${long.secret.slice(0, -2)}zz`;
  expect(codeOf(() => keys.admit(wrong))).toBe("KEY_REFUSED");
});

test("a bucket refills by the second, a quota by the day and over restarts", () => {
  const { time, open } = setUp();
  const keys = open();
  const limits = { rate: 2, burst: 3, daily: 6 };
  const { key, secret } = keys.create({ name: "k", scopes: ["ingest"], limits });
  const take = (store: KeyStore): string => codeOf(() => store.admit(secret));
  expect([1, 2, 3, 4].map(() => take(keys))).toEqual([
    "admitted",
    "admitted",
    "admitted",
    "RATE_LIMITED",
  ]);
  time.now += 500;
  expect([1, 2].map(() => take(keys))).toEqual(["admitted", "RATE_LIMITED"]);
  keys.noteUsage();
  time.now += 10_000;
  const next = open();
  expect(next.list()[0]?.used_today).toBe(4);
  expect(next.admit(secret).headers).toEqual([
    "RateLimit-Policy",
    '"burst";q=3;w=2, "day";q=6;w=86400',
    "RateLimit",
    '"burst";r=2;t=1, "day";r=1;t=43190',
  ]);
  expect([1, 2].map(() => take(next))).toEqual(["admitted", "QUOTA_SPENT"]);
  time.now += DAY_MS / 2;
  expect(take(next)).toBe("admitted");
  expect(next.list()[0]).toMatchObject({ id: key.id, used_today: 1, limited: 1 });
});

test("a clock that was wrong and is set right refills by the second from then on", () => {
  const { time, open } = setUp();
  const keys = open();
  const limits = { rate: 2, burst: 1 };
  const { secret } = keys.create({ name: "k", scopes: ["ingest"], limits });
  const take = (): string => codeOf(() => keys.admit(secret));
  time.now += DAY_MS;
  expect([take(), take()]).toEqual(["admitted", "RATE_LIMITED"]);
  time.now -= DAY_MS;
  expect(take()).toBe("RATE_LIMITED");
  time.now += 500;
  expect([take(), take()]).toEqual(["admitted", "RATE_LIMITED"]);
});

test("a quota of a day that a wrong clock was in comes again with the next true day", () => {
  const { time, open } = setUp();
  const keys = open();
  const { secret } = keys.create({ name: "k", scopes: ["ingest"], limits: { daily: 1 } });
  const take = (): string => codeOf(() => keys.admit(secret));
  const days = [0, 30, 0, 1, 2].map((day) => {
    time.now = DAY_MS * (20_000.5 + day);
    return [take(), take()];
  });
  const fresh = ["admitted", "QUOTA_SPENT"];
  // The true day's own was spent before.
  expect(days).toEqual([fresh, fresh, ["QUOTA_SPENT", "QUOTA_SPENT"], fresh, fresh]);
});

test("a file that others may open, or that is no list of keys, is refused and left alone", () => {
  const { path, open } = setUp();
  const keys = open();
  keys.create({ name: "k", scopes: ["ingest"] });
  chmodSync(path, 0o644);
  expect(codeOf(open)).toBe("KEYS_UNREADABLE");
  chmodSync(path, 0o600);
  for (const text of [
    "",
    "{",
    "[]",
    '{"format":2,"keys":[]}',
    '{"format":1,"keys":[{"id":"a"}]}',
  ]) {
    writeFileSync(path, text);
    expect(codeOf(open)).toBe("KEYS_UNREADABLE");
    expect(readFileSync(path, "utf8")).toBe(text);
  }
});

test("a key that could not be written down is not there", () => {
  const { folder, open } = setUp();
  const keys = open();
  const { key, secret } = keys.create({ name: "k", scopes: ["ingest"] });
  rmSync(folder, { recursive: true });
  expect(codeOf(() => keys.create({ name: "other", scopes: ["ingest"] }))).toBe("KEYS_UNREADABLE");
  expect(codeOf(() => keys.revoke(key.id))).toBe("KEYS_UNREADABLE");
  expect(keys.list().map(({ state }) => state)).toEqual(["active"]);
  expect(codeOf(() => keys.admit(secret))).toBe("admitted");
});

test("wishes that make no sense are told so", () => {
  const keys = setUp().open();
  const wishes = [
    { name: "", scopes: ["ingest"] },
    { name: "x\n", scopes: ["ingest"] },
    { name: "k", scopes: [] },
    { name: "k", scopes: ["everything"] },
    { name: "k", scopes: ["admin:x"] },
    { name: "k", scopes: ["ingest:../x"] },
    { name: "k", scopes: ["ingest"], expiresMs: 0 },
    { name: "k", scopes: ["ingest"], limits: { rate: 0 } },
    { name: "k", scopes: ["ingest"], limits: { burst: 5 } },
    { name: "k", scopes: ["ingest"], limits: { daily: Number.NaN } },
  ];
  expect(wishes.map((wish) => codeOf(() => keys.create(wish)))).toEqual(
    wishes.map(() => "KEY_INVALID"),
  );
  expect(keys.list()).toEqual([]);
});

test("secrets of AWS's kind can be read again, by who has the file of the seal, and end like all others", () => {
  const { path, sealPath, time, open } = setUp();
  const keys = open();
  const { key, secret: first } = keys.create({ name: "kcl", kind: "aws", scopes: ["ingest:s"] });
  const id = key.access_key_id ?? "";
  expect([id, first]).toEqual([
    expect.stringMatching(/^MRAWSK[02-9A-HJKMNP-Z]{10}$/),
    expect.stringMatching(/^[\w-]{40}$/),
  ]);
  const { secret: second } = keys.rotate(key.id, 1000);
  for (const store of [keys, open()]) {
    expect(store.secretsOf(id)).toEqual([second, first]);
    expect(store.secretsOf(key.id)).toEqual([]);
    // It is no text to be sent as it is.
    expect(codeOf(() => store.admit(first))).toBe("KEY_REFUSED");
    const { caller } = store.admitSigned(id);
    expect([caller.allows("ingest", "s"), caller.allows("ingest")]).toEqual([true, false]);
  }
  for (const file of [path, sealPath]) {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).not.toContain(first);
  }
  time.now += 1000;
  expect(keys.secretsOf(id)).toEqual([second]);
  keys.revoke(key.id);
  expect(open().secretsOf(id)).toEqual([]);
});

test("a sealed secret opens with its own seal and under its own id only", () => {
  const { path, sealPath, open } = setUp();
  const keys = open();
  keys.create({ name: "a", kind: "aws", scopes: ["ingest"] });
  keys.create({ name: "b", kind: "aws", scopes: ["admin"] });
  const [text, seal] = [readFileSync(path, "utf8"), readFileSync(sealPath, "utf8")];
  const file = JSON.parse(text) as { keys: { secrets: unknown }[] };
  const [a, b] = file.keys;
  const changes: readonly (() => void)[] = [
    () => writeFileSync(path, JSON.stringify({ ...file, keys: [{ ...a, secrets: b?.secrets }] })),
    () =>
      writeFileSync(
        sealPath,
        JSON.stringify({ format: 1, key: randomBytes(32).toString("base64") }),
      ),
    () => writeFileSync(sealPath, '{"format":1,"key":"c2hvcnQ="}'),
    () => rmSync(sealPath),
    () => chmodSync(sealPath, 0o644),
  ];
  for (const change of changes) {
    change();
    expect(codeOf(open)).toBe("KEYS_UNREADABLE");
    for (const [at, was] of [
      [path, text],
      [sealPath, seal],
    ] as const) {
      writeFileSync(at, was, { mode: 0o600 });
      chmodSync(at, 0o600);
    }
  }
  expect(
    open()
      .list()
      .map(({ kind }) => kind),
  ).toEqual(["aws", "aws"]);
});

test("what a secret let in ends with it: one that was rotated out when its overlap is over, the new one not", () => {
  const { open, time } = setUp();
  const keys = open();
  const { key, secret } = keys.create({ name: "k", scopes: ["read"] });
  const before = keys.admit(secret).caller;
  expect(before.ended?.()).toBe(false);
  const after = keys.admit(keys.rotate(key.id, 60_000).secret).caller;
  const during = keys.admit(secret).caller;
  const ended = (): unknown[] => [before, during, after].map((one) => one.ended?.());
  expect(ended()).toEqual([false, false, false]);
  time.now += 60_000;
  expect(ended()).toEqual([true, true, false]);
  keys.rotate(key.id, 0);
  expect(ended()).toEqual([true, true, true]);
});
