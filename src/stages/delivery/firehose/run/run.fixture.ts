/** A delivery stream at work over memory: a held clock, a log that tests append to, a lake that they read. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { type Clock, toInstant } from "../../../../base/clock.ts";
import type { Column } from "../../../../base/record.ts";
import { lambdaHandler } from "../../../../define/lambda.ts";
import { planFunctions } from "../../../../plan/plan-transform.ts";
import { Problems } from "../../../../plan/settle.ts";
import { type Appender, toBatch } from "../../../../seams/append.ts";
import type { StreamReader } from "../../../../seams/consume.ts";
import type { ObjectStore } from "../../../../seams/store.ts";
import type { GivenExtendedS3 } from "../config/given.ts";
import { toDestination } from "../config/to-destination.ts";
import { openJq } from "../partition/jq.ts";
import { type ObjectJournal, openObjectJournal } from "./cut-journal.ts";
import { type RunOptions, StreamRun } from "./stream-run.ts";
import { Turnstile } from "./turnstile.ts";

export interface Delivered {
  readonly name: string;
  readonly bytes: Buffer;
}

type Given = Partial<GivenExtendedS3>;

/** What stands in for the log and the lake. */
export interface Surrounding {
  readonly log: Appender;
  readonly reader: () => StreamReader;
  readonly store: ObjectStore;
}

/** `now` moves only when a test moves it. */
export class Workbench implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "millrace-hose-"));
  now = Date.UTC(2026, 6, 13, 14, 5, 6);
  readonly clock: Clock = { now: () => toInstant(this.now) };
  readonly log: Appender;
  readonly store: ObjectStore;
  readonly #reader: () => StreamReader;
  readonly journal: ObjectJournal = openObjectJournal(join(this.folder, "cuts.sqlite"));
  readonly tables = new Map<string, readonly Column[]>();
  readonly #jq = openJq();
  #functions: Readonly<Record<string, string>> = {};
  #uuids = 0;
  run: StreamRun | undefined;

  constructor(open: (clock: Clock) => Surrounding) {
    const { log, store, reader } = open(this.clock);
    this.log = log;
    this.store = store;
    this.#reader = reader;
  }

  /** Writes a handler's file and gives its ARN. */
  addFunction(name: string, code: string): string {
    writeFileSync(join(this.folder, `${name}.mjs`), code);
    this.#functions = { ...this.#functions, [name]: code };
    return `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
  }

  begin(given: Given = {}, more: Partial<RunOptions> & { readonly kinesis?: boolean } = {}): void {
    const { kinesis = false, ...options } = more;
    const problems = new Problems();
    const handlers = Object.keys(this.#functions).map((name) => {
      const handler = lambdaHandler(`./${name}.mjs`, { timeout: "2s", retries: 0 });
      return [name, handler] as const;
    });
    const { folder } = this;
    const planned = planFunctions(Object.fromEntries(handlers), { folder, problems });
    const around = { functions: new Map(Object.entries(planned)), tables: this.tables };
    const hints = { BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 0 } };
    const whole = { RoleARN: "", BucketARN: "", ...hints, ...given } as GivenExtendedS3;
    this.run = new StreamRun({
      plan: {
        id: "id",
        name: "hose",
        arn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/hose",
        region: "us-east-1",
        version: 3,
        destination: toDestination(whole, around),
        sourceArn: kinesis ? "arn:aws:kinesis:us-east-1:000000000000:stream/s" : undefined,
        from: undefined,
      },
      reader: this.#reader(),
      store: this.store,
      journal: this.journal,
      jq: this.#jq,
      turnstile: new Turnstile(1),
      clock: this.clock,
      random: () => 0,
      uuid: () => `u${(this.#uuids += 1)}`,
      numbering: kinesis ? { of: () => Promise.resolve(String) } : undefined,
      sleep: () => turn(),
      delivered: () => undefined,
      ...options,
    });
  }

  async end(): Promise<void> {
    await this.run?.[Symbol.asyncDispose]();
    this.run = undefined;
  }

  async put(...records: readonly (string | Buffer)[]): Promise<void> {
    await this.log.append(toBatch(records));
  }

  /** Resolves when so many records were cut in this life. */
  async cut(records: number): Promise<void> {
    await this.until(() => (this.run?.progress().records ?? 0) >= records);
  }

  async until(holds: () => boolean): Promise<void> {
    const began = performance.now();
    while (!holds()) {
      if (performance.now() - began > 15_000) {
        throw new TypeError(`not in time: ${JSON.stringify(this.run?.progress())}`);
      }
      await turn();
    }
  }

  async objects(prefix = ""): Promise<Delivered[]> {
    const found: Delivered[] = [];
    for await (const { name } of this.store.list(prefix)) {
      found.push({ name, bytes: (await this.store.get(name)) ?? Buffer.alloc(0) });
    }
    return found;
  }

  /** Names and texts. */
  async texts(prefix = ""): Promise<Record<string, string>> {
    const found = await this.objects(prefix);
    return Object.fromEntries(found.map(({ name, bytes }) => [name, bytes.toString()]));
  }

  /** Lines of failed records under a prefix. */
  async failures(prefix: string): Promise<Record<string, unknown>[]> {
    const found = await this.objects(prefix);
    const lines = found.flatMap(({ bytes }) => bytes.toString().split("\n").filter(Boolean));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await this.#jq[Symbol.asyncDispose]();
    this.journal[Symbol.dispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A processing configuration of these processors. */
export function processing(
  ...processors: readonly (readonly [type: string, parameters: Readonly<Record<string, string>>])[]
): Given {
  return {
    ProcessingConfiguration: {
      Enabled: true,
      Processors: processors.map(([Type, parameters]) => ({
        Type,
        Parameters: Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
          ParameterName,
          ParameterValue,
        })),
      })),
    },
  };
}

/** A Lambda function that is asked at once, unless something else is given. */
export function asking(LambdaArn: string, more: Readonly<Record<string, string>> = {}): Given {
  return processing(["Lambda", { LambdaArn, BufferIntervalInSeconds: "0", ...more }]);
}

export const ERRORS = { ErrorOutputPrefix: "bad/!{firehose:error-output-type}/" };
