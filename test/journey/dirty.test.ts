/** Files and bodies as the world sends them: each gets a plain answer, good rows arrive, bad ones are dead letters. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CSV_HEADER } from "../../examples/food-market/generator/formats.ts";
import { openGenerator } from "../../examples/food-market/generator.ts";
import { RunningPipeline, type Said } from "./running.ts";
import { PRICES_SQL, Truth, type WideRow } from "./truth.ts";

const made = openGenerator({ markets: 16, seed: 9n });
const truth = new Truth();
const running = new RunningPipeline("examples/food-market");
/** What must be among the dead letters: cause, and text of the bad record. */
const letters: [cause: string, text: string][] = [];
let accepted = 0;
let next = made.rows;

beforeAll(async () => {
  await running.start("--no-sources");
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

/** A line of CSV without its end that is good as it is; `good` ones must arrive. */
function line(good: "good" | "bad" = "good"): string {
  next -= 1;
  if (good === "good") {
    accepted += 1;
    truth.take([made.row(next)]);
  }
  return made.csvLines(next, next + 1).trimEnd();
}

function object(good: "good" | "bad" = "good"): Record<string, unknown> {
  line(good);
  return JSON.parse(made.ndjson(next, next + 1)) as Record<string, unknown>;
}

/** Sends bytes as a file of that name. */
function send(name: string, bytes: string | Buffer): Said {
  const file = join(running.folder, name);
  writeFileSync(file, bytes);
  return running.cli("send", "prices", file);
}

function csv(...lines: readonly string[]): string {
  return `${CSV_HEADER}${lines.join("\n")}\n`;
}

describe("files", () => {
  it("with broken lines: the lines around them arrive", () => {
    const short = "only,three,cells";
    const long = `${line("bad")},one,two`;
    const open = `"never closed${line("bad")}`;
    const sent = send("broken.csv", csv(line(), short, line(), long, line(), open, line(), line()));
    expect(sent.code).toBe(0);
    expect(sent.out).toContain("the row has 3 cells; the header has 473");
    expect(sent.out).toMatch(/accepted +5\n +set aside +3\n/);
    for (const text of [short, long, open]) {
      letters.push(["CSV_MALFORMED", text]);
    }
  });

  it("with wrong types: the field and what it holds are named", () => {
    const year = line("bad").replace(/,(\d{4}),/, ",soon,");
    const price = line("bad").replace(/,\d+\.\d+,/, ",n/a,");
    const country = line("bad").replace(/^[^,]+/, "");
    const sent = send("types.csv", csv(year, line(), price, country));
    expect(sent.code).toBe(0);
    expect(sent.out).toContain('year must be a whole number, got "soon"');
    expect(sent.out).toContain('must be a number or null, got "n/a"');
    letters.push(["FIELD_TYPE", year], ["FIELD_TYPE", price], ["FIELD_MISSING", country]);
  });

  it("with unknown columns: the table grows by them", async () => {
    const head = CSV_HEADER.trimEnd();
    // Capitals beyond A to Z are letters of their own to the warehouse.
    const body = `${head},c_fuel,note,Þ_Öl\n${line()},12.5,dear,7\n${line()},,,\n`;
    expect(send("unknown.csv", body)).toMatchObject({ code: 0 });
    await running.drain();
    const grown = 'select c_fuel, note, "Þ_Öl" as oil from raw_prices where c_fuel is not null';
    expect(await running.rows(grown)).toEqual([{ c_fuel: 12.5, note: "dear", oil: 7 }]);
  });

  it.each([
    ["nothing.csv", "", "nothing.csv is empty: it holds no record", 0],
    ["header.csv", CSV_HEADER, "it holds no record", 0],
    ["noise.csv", Buffer.from(noise(5000)), "noise.csv cannot be read: it is binary", 4],
    ["picture.csv", Buffer.from("89504e470d0a1a0a0000", "hex"), "it is binary", 4],
    ["unpacked.csv.gz", csv("a"), "its name ends like a packed file's, but it is not packed", 4],
  ])("%s sends nothing and says why", async (...given) => {
    const [name, bytes, says, code] = given;
    const before = await running.status();
    const sent = send(name, bytes);
    expect(`${sent.out}${sent.err}`).toContain(says);
    expect(`${sent.out}${sent.err}`).toContain("Sent nothing to prices");
    expect(sent.code).toBe(code);
    expect((await running.status()).gateway.accepted).toBe(before.gateway.accepted);
  });

  it("that do not exist are named, and the files after them are still looked at", () => {
    const file = join(running.folder, "good.csv");
    writeFileSync(file, csv(line()));
    const sent = running.cli("send", "prices", join(running.folder, "nowhere.csv"), file);
    expect(sent.code).toBe(4);
    expect(sent.err).toContain("there is no such file");
    expect(sent.out).toMatch(/accepted +1\n/);
  });

  it("cut short: whole rows arrive, and the end is missed aloud", async () => {
    const before = (await running.status()).gateway.accepted;
    const packed = gzipSync(made.csv(made.rows - 400, made.rows));
    const sent = send("cut.csv.gz", packed.subarray(0, packed.length / 2));
    expect(sent.code).toBe(4);
    expect(sent.err).toContain("the file was cut short");
    const arrived = (await running.status()).gateway.accepted - before;
    expect(arrived).toBeGreaterThan(50);
    expect(arrived).toBeLessThan(300);
    for (let place = 0; place < arrived; place += 1) {
      truth.take([made.row(made.rows - 400 + place)]);
    }
    accepted += arrived;
  });

  it("as other systems write them: byte order mark, CRLF, no end, quoted line feeds", async () => {
    const lines = [line(), line(), line()];
    const windows = `\ufeff${csv(...lines)}`.trimEnd().replaceAll("\n", "\r\n");
    expect(send("windows.csv", windows)).toMatchObject({ code: 0 });
    const [country, , ...rest] = line("bad").split(",");
    const quoted = [`"${country}"`, '"Old ""Town""\nmarket, north"', ...rest].join(",");
    expect(send("quoted.csv", csv(quoted, line()))).toMatchObject({ code: 0 });
    const plain = JSON.parse(made.ndjson(next + 1, next + 2)) as WideRow;
    truth.takeWide({ ...plain, mkt_name: 'Old "Town"\nmarket, north' });
    accepted += 1;
    await running.drain();
    expect(running.ask("select count(*) from raw_prices")).toBe(String(accepted));
  });
});

describe("bodies over HTTP", () => {
  const path = "/v1/streams/prices/events";

  it("NDJSON: one answer per line, good or bad", async () => {
    const bad = ["{broken", "[1,2]"];
    const body = [JSON.stringify(object()), ...bad, JSON.stringify(object()), ""].join("\n");
    const { status, body: said } = await running.post(path, body);
    expect(status).toBe(207);
    expect(said).toMatchObject({
      accepted: 2,
      rejected: 2,
      records: [
        { status: "accepted" },
        { status: "rejected", reasons: [{ code: "NOT_JSON" }] },
        { status: "rejected", reasons: [{ code: "NOT_AN_OBJECT" }] },
        { status: "accepted" },
      ],
    });
    letters.push(["NOT_JSON", "{broken"], ["NOT_AN_OBJECT", "[1,2]"]);
  });

  it("an array: the same", async () => {
    const bad = { country: 5 };
    const body = JSON.stringify([object(), bad, "x", object()]);
    const { status, body: said } = await running.post(path, body, "application/json");
    expect(status).toBe(207);
    const records = ["accepted", "rejected", "rejected", "accepted"].map((one) => ({
      status: one,
    }));
    expect(said).toMatchObject({ accepted: 2, rejected: 2, records });
    letters.push(["FIELD_TYPE", JSON.stringify(bad)], ["NOT_AN_OBJECT", '"x"']);
  });

  it("one object: 202 with its id, or 422 with its reasons", async () => {
    const good = await running.post(path, JSON.stringify(object()), "application/json");
    expect(good).toMatchObject({ status: 202, body: { stream: "prices", status: "accepted" } });
    const text = JSON.stringify({ ...object("bad"), o_maize: "much", month: 13 });
    const bad = await running.post(path, text, "application/json");
    expect(bad.status).toBe(422);
    expect(bad.body).toMatchObject({ error: { code: "RECORD_REJECTED" } });
    letters.push(["FIELD_RANGE", text]);
  });

  it("what is no text at all is kept byte for byte", async () => {
    const bytes = Buffer.concat([Buffer.from('{"country":"'), Buffer.of(0xff, 0xfe, 0x80)]);
    const { status } = await running.post(path, bytes);
    expect(status).toBe(422);
    await running.drain();
    const kept = await running.rows(
      "select raw_base64, raw_text from dead_letters where cause = 'NOT_UTF8'",
    );
    expect(kept).toEqual([{ raw_base64: bytes.toString("base64"), raw_text: null }]);
  });

  it.each([
    ["an empty body", "", "application/json", 400, "BODY_EMPTY"],
    ["a type nobody knows", "<a/>", "application/xml", 415, "MEDIA_TYPE_UNSUPPORTED"],
  ])("%s is refused as a whole", async (...given) => {
    const [, body, type, status, code] = given;
    const said = await running.post(path, body, type);
    expect(said).toMatchObject({ status, body: { error: { code } } });
  });
});

describe("after all of it", () => {
  it("each good row is a price, and nothing else is", async () => {
    await running.drain();
    expect(running.ask("select count(*) from raw_prices")).toBe(String(accepted));
    expect(truth.differences(await running.rows(PRICES_SQL))).toEqual([]);
  });

  it("each bad record is a dead letter, as it came, with its reasons", async () => {
    const kept = await running.rows(
      "select cause, raw_text, json_array_length(reasons) as reasons from dead_letters where raw_text is not null",
    );
    const found = kept.map(({ cause, raw_text: text }) => `${String(cause)} ${String(text)}`);
    const expected = letters.map(([cause, text]) => `${cause} ${text}`);
    expect(found.toSorted()).toEqual(expected.toSorted());
    expect(kept.every(({ reasons }) => Number(reasons) > 0)).toBe(true);
    const listed = running.cli("dead", "ls");
    expect(listed.code).toBe(0);
    expect(listed.out).toContain(`${letters.length + 1} dead letters`);
  });

  it("the books balance", () => {
    const { code, out } = running.cli("verify", "--deep");
    expect(out).toContain("BALANCED");
    expect(code).toBe(0);
  });
});

/** Bytes without order, the same each time. */
function noise(count: number): number[] {
  return Array.from({ length: count }, (_, place) => (place * 7919) % 256);
}
