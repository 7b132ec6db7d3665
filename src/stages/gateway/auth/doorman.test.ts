/** Who is taken for whom at the door: this machine, a proxy on it, a re-bound name, a page of another site, a cookie. */

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../base/clock.ts";
import { Fault } from "../../../base/faults.ts";
import type { Admission, RequestHead } from "../../../seams/caller.ts";
import { openDoorman } from "./doorman.ts";
import { KeyStore } from "./keys/store.ts";
import { Sessions } from "./sessions.ts";

const cookie = (): string => "session_1";

function setUp(settings: { readonly everyone: boolean; readonly required: boolean }) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-doorman-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [path, usagePath] = [join(folder, "keys.json"), join(folder, "usage.json")];
  const files = { path, usagePath, sealPath: join(folder, "seal.json") };
  const keys = new KeyStore({ ...files, clock: systemClock, random: randomBytes });
  const sessions = new Sessions(systemClock, randomBytes);
  const doorman = openDoorman({ keys, sessions, tokens: undefined, cookie, ...settings });
  const who = (headers: RequestHead["headers"], remoteAddress = "127.0.0.1"): string => {
    try {
      const given = { host: "127.0.0.1:8080", ...headers };
      return (doorman.admit({ headers: given, socket: { remoteAddress } }) as Admission).caller
        .name;
    } catch (thrown) {
      return thrown instanceof Fault ? thrown.code : String(thrown);
    }
  };
  return { keys, sessions, who };
}

const NETWORK = { everyone: false, required: true };

test("on a host of the network only this machine itself needs no key", () => {
  const { who } = setUp(NETWORK);
  expect(who({})).toBe("local");
  expect(who({}, "::ffff:127.0.0.1")).toBe("local");
  expect(who({ host: "[::1]:8080" }, "::1")).toBe("local");
  expect(who({}, "10.0.0.7")).toBe("nobody");
  expect(who({ host: "localhost" }, "10.0.0.7")).toBe("nobody");
  expect(who({ host: "rebound.example" })).toBe("nobody");
  expect(who({ host: undefined })).toBe("nobody");
  expect(who({ host: "127.0.0.1.evil.example" })).toBe("nobody");
  for (const header of ["x-forwarded-for", "forwarded", "via", "x-real-ip"]) {
    expect([header, who({ [header]: "10.0.0.7" })]).toEqual([header, "nobody"]);
  }
});

test("with keys for everyone this machine needs one too; without any, a page of another site may only send", () => {
  expect(setUp({ everyone: true, required: true }).who({})).toBe("nobody");
  const { who } = setUp({ everyone: false, required: false });
  expect(who({}, "10.0.0.7")).toBe("local");
  expect(who({ origin: "http://127.0.0.1:8080" })).toBe("local");
  expect(who({ origin: "https://app.example.org" })).toBe("site");
  // What is not ours is no key where none is asked for; what looks like ours is judged.
  expect(who({ authorization: "Bearer something" })).toBe("local");
  expect(who({ authorization: "Bearer mr_x" })).toBe("KEY_REFUSED");
});

test("a shown key is the caller, in either header; a wrong one is not passed over for this machine's sake", () => {
  const { keys, sessions, who } = setUp(NETWORK);
  const { key, secret } = keys.create({ name: "k", scopes: ["read"] });
  const name = `key:${key.id}`;
  expect(who({ authorization: `Bearer ${secret}` }, "10.0.0.7")).toBe(name);
  expect(who({ authorization: `bearer ${secret}` }, "10.0.0.7")).toBe(name);
  expect(who({ "x-api-key": secret }, "10.0.0.7")).toBe(name);
  expect(who({ "x-api-key": "wrong" })).toBe("KEY_REFUSED");
  expect(who({ authorization: "Basic abc" }, "10.0.0.7")).toBe("nobody");
  const { token } = sessions.open(key.id);
  expect(who({ cookie: `a=b; session_1=${token}; c=d` }, "10.0.0.7")).toBe(name);
  expect(who({ cookie: `session_2=${token}` }, "10.0.0.7")).toBe("nobody");
  expect(who({ cookie: `xsession_1=${token}` }, "10.0.0.7")).toBe("nobody");
  keys.revoke(key.id);
  expect(who({ cookie: `session_1=${token}` }, "10.0.0.7")).toBe("KEY_REVOKED");
  sessions.close(token);
  expect(who({ cookie: `session_1=${token}` }, "10.0.0.7")).toBe("nobody");
});
