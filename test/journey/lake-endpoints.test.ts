/** Read APIs over objects of the lake: every format, page by page across objects, what is skipped, what it may cost. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startS3Server, type S3Server } from "../s3/server.ts";
import { pause, RunningPipeline } from "./running.ts";

interface Row {
  readonly n: number;
  readonly who: string | null;
  readonly price: number | null;
  readonly day: string | null;
  readonly open: boolean | null;
  readonly tags: readonly string[] | null;
}

interface Envelope {
  readonly data: readonly (Row & { readonly _line?: number; readonly _object?: string })[];
  readonly next_cursor: string | null;
  readonly total?: number;
  readonly error?: { readonly code: string; readonly remedy: string; readonly parameter?: string };
}

const STREAMS = ["zipped", "lines", "columns", "packed"] as const;
const OBJECTS = 4;
const ROWS_EACH = 700;

/** What was sent, and must come back: texts with everything that could break a line or a cell. */
function rowOf(n: number): Row {
  const who = [null, "", "Ann", ' "quoted", and\nlines ', "Zoë – Ω", "NULL"][n % 6] ?? null;
  return {
    n,
    who,
    price: n % 5 === 0 ? null : n / 8,
    day: n % 7 === 0 ? null : `2026-03-${String((n % 28) + 1).padStart(2, "0")}`,
    open: n % 3 === 0 ? null : n % 2 === 0,
    tags: n % 11 === 0 ? ["a,b", '"'] : null,
  };
}

const ALL = Array.from({ length: OBJECTS * ROWS_EACH }, (_, n) => rowOf(n));

async function get(url: string, path: string, accept = "application/json"): Promise<Response> {
  return await fetch(`${url}${path}`, { headers: { accept }, signal: AbortSignal.timeout(60_000) });
}

async function json(url: string, path: string): Promise<Envelope> {
  return (await (await get(url, path)).json()) as Envelope;
}

async function all(url: string, path: string): Promise<{ rows: Envelope["data"]; pages: number }> {
  const rows: Envelope["data"][number][] = [];
  let [cursor, pages]: [string | null, number] = [null, 0];
  do {
    const more: string = cursor === null ? "" : `${path.includes("?") ? "&" : "?"}cursor=${cursor}`;
    const page: Envelope = await json(url, `${path}${more}`);
    expect(page.error).toBe(undefined);
    rows.push(...page.data);
    [cursor, pages] = [page.next_cursor, pages + 1];
  } while (cursor !== null);
  return { rows, pages };
}

/** Times between the cuts: rows of the objects before came before. */
async function fill(running: RunningPipeline): Promise<readonly string[]> {
  const between: string[] = [];
  for (let at = 0; at < OBJECTS; at += 1) {
    const rows = ALL.slice(at * ROWS_EACH, (at + 1) * ROWS_EACH);
    const body = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    for (const stream of STREAMS) {
      expect((await running.post(`/v1/streams/${stream}/events`, body)).status).toBe(202);
    }
    await running.drain();
    await pause(20);
    between.push(new Date().toISOString());
    await pause(20);
  }
  return between;
}

describe("a lake in a folder", () => {
  const running = new RunningPipeline("test/journey/lake-pipeline");
  let between: readonly string[] = [];

  beforeAll(async () => {
    await running.start();
    between = await fill(running);
  });

  afterAll(() => running[Symbol.asyncDispose]());

  test.each(STREAMS)("%s: every row comes once, in order, as it was sent", async (name) => {
    for (const limit of [1000, 333]) {
      const { rows } = await all(running.url, `/${name}?limit=${limit}`);
      expect(rows).toEqual(ALL);
    }
  });

  test.each(STREAMS)(
    "%s: the whole answer as NDJSON and as CSV, its names said once",
    async (name) => {
      const lines = await (await get(running.url, `/${name}`, "application/x-ndjson")).text();
      expect(
        lines
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as Row),
      ).toEqual(ALL);
      const csv = await (await get(running.url, `/${name}?columns=n,open`, "text/csv")).text();
      const truth = ALL.map(({ n, open }) => `${n},${open ?? ""}\n`);
      expect(csv).toBe(`n,open\n${truth.join("")}`);
      const nobody = await get(running.url, `/${name}?who=nobody&columns=n,open`, "text/csv");
      expect(await nobody.text()).toBe("n,open\n");
    },
  );

  test.each(STREAMS)("%s: filters fit as over a table", async (name) => {
    const only = async (asked: string): Promise<readonly number[]> =>
      (await all(running.url, `/${name}?${asked}`)).rows.map(({ n }) => n);
    const where = (fits: (row: Row) => boolean): number[] => ALL.filter(fits).map(({ n }) => n);
    expect(await only("who=%20%20zo%C3%AB%20%20%E2%80%93%20%CF%89&limit=50")).toEqual(
      where(({ who }) => who === "Zoë – Ω"),
    );
    expect(await only("n=5&n=2799&n=9999")).toEqual([5, 2799]);
    expect(await only("from=2750&day=2026-03-10")).toEqual(
      where(({ n, day }) => n >= 2750 && day === "2026-03-10"),
    );
    expect(await only(`who=${encodeURIComponent("x' OR '1'='1")}`)).toEqual([]);
    const counted = await json(running.url, `/${name}?limit=1&total=true&from=2000`);
    expect(counted.total).toBe(800);
    expect((await json(running.url, `/${name}?limit=1&total=true`)).total).toBe(ALL.length);
  });

  test("a span of time opens no object outside of it", async () => {
    const [first = "", second = ""] = between;
    const asked = `/narrow?since=${first}&until=${second}`;
    const { rows } = await all(running.url, `${asked}&limit=1000`);
    expect(rows.map(({ n }) => n)).toEqual(
      Array.from({ length: ROWS_EACH }, (_, n) => n + ROWS_EACH),
    );
    expect(new Set(rows.map(({ _object }) => _object)).size).toBe(1);
    // What the answer may have read is enough for the one object, and for no second one.
    const whole = await get(running.url, asked, "text/csv");
    expect([whole.status, (await whole.text()).split("\n").length]).toEqual([200, ROWS_EACH + 2]);
    expect((await json(running.url, `/narrow?since=${between.at(-1)}`)).data).toEqual([]);
  });

  test("what would cost too much is refused with its remedy, and pages go on all the same", async () => {
    for (const [path, accept] of [
      ["/narrow", "text/csv"],
      ["/narrow", "application/x-ndjson"],
      ["/narrow?limit=1&total=true&from=0", "application/json"],
    ] as const) {
      const answer = await get(running.url, path, accept);
      const { error } = (await answer.json()) as Envelope;
      expect([answer.status, error?.code]).toEqual([413, "SCAN_TOO_LARGE"]);
      expect(error?.remedy).toContain("limit");
    }
    const { rows, pages } = await all(running.url, "/narrow?from=2799&limit=1000");
    expect(rows.map(({ n }) => n)).toEqual([2799]);
    // The last row lies in the last object; no page opened more than it might.
    expect(pages).toBe(OBJECTS);
  });

  test("a row tells its object and line, and leads back to it", async () => {
    const { data } = await json(running.url, "/lines?n=1500&columns=n,_object,_line,_event_id");
    expect(data[0]).toMatchObject({ n: 1500, _line: 1500 - 2 * ROWS_EACH + 1 });
    const back = await all(running.url, `/lines?object=${data[0]?._object ?? ""}&columns=n`);
    expect(back.rows.map(({ n }) => n)).toEqual(
      Array.from({ length: ROWS_EACH }, (_, n) => n + 2 * ROWS_EACH),
    );
    const table = await running.rows("select _object, _line from lines where n = 1500");
    expect(table[0]).toEqual({ _object: data[0]?._object, _line: data[0]?._line });
  });

  test("JSON of a table is a value of its page and of its whole answer, not a text of JSON", async () => {
    const row = { n: 0, tags: ["a,b", '"'] };
    expect((await json(running.url, "/v1/data/lines?n=0&columns=n,tags")).data).toEqual([row]);
    const whole = await get(
      running.url,
      "/v1/data/lines?n=0&columns=n,tags",
      "application/x-ndjson",
    );
    expect(JSON.parse(await whole.text())).toEqual(row);
  });

  test("packs are read like the objects in them", async () => {
    await expect
      .poll(async () => (await running.status()).keeper?.packs, { timeout: 30_000 })
      .toBeGreaterThan(0);
    const { rows } = await all(running.url, "/packed?limit=400");
    expect(rows).toEqual(ALL);
  });

  test("an ETag stands until more is delivered; what the table has since is there too", async () => {
    const etag = (await get(running.url, "/zipped")).headers.get("etag") ?? "";
    const again = () =>
      fetch(`${running.url}/zipped`, { headers: { "if-none-match": etag } }).then(
        (one) => one.status,
      );
    expect(await again()).toBe(304);
    const { next_cursor: cursor } = await json(running.url, "/zipped?limit=1000&from=2000");
    expect(cursor).toBe(null);
    await running.post("/v1/streams/zipped/events", JSON.stringify(rowOf(5000)));
    await running.drain();
    await expect.poll(again).toBe(200);
    expect((await json(running.url, "/zipped?from=5000")).data).toEqual([rowOf(5000)]);
  });

  test.each([
    ["/zipped?n=soon", 400, "n"],
    ["/zipped?cursor=abc", 400, "cursor"],
    ["/zipped?nn=1", 400, "nn"],
    ["/zipped?columns=n,nothing", 400, "columns"],
  ])("%s is answered %i for its %s", async (path, status, parameter) => {
    const answer = await get(running.url, path);
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as Envelope).error).toMatchObject({ parameter });
  });

  test("nothing found is 404 where that is said", async () => {
    expect((await get(running.url, "/none?n=-1")).status).toBe(404);
    expect((await get(running.url, "/none?n=1")).status).toBe(200);
  });
});

describe("a lake in a bucket", () => {
  let server: S3Server;
  const running = new RunningPipeline("test/journey/lake-pipeline");

  beforeAll(async () => {
    server = await startS3Server();
    running.env = { AWS_ACCESS_KEY_ID: "millrace", AWS_SECRET_ACCESS_KEY: "millrace-secret" };
    await running.start("--lake", `s3://lake/p?endpoint=${server.url}&region=us-east-1`);
    await fill(running);
  });

  afterAll(async () => {
    await running[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  test.each(STREAMS)(
    "%s comes as it was sent, and an object is not fetched for each of its pages",
    async (name) => {
      const before = server.calls.length;
      const { rows, pages } = await all(running.url, `/${name}?limit=25`);
      expect(rows).toEqual(ALL);
      expect(pages).toBe(ALL.length / 25);
      const fetched = server.calls
        .slice(before)
        .filter((call) => call.endsWith("x-id=GetObject") && call.includes(`/${name}/2`));
      // Packing, its proof and the books fetch each object a few times too, however many pages there are.
      expect(fetched.length).toBeLessThan(pages / 2);
    },
  );
});
