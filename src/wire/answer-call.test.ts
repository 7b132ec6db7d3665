/** What an operation throws is answered in AWS's words, and callers do only what they may. */

import { expect, test } from "vitest";
import { Fault } from "../base/faults.ts";
import { answerCall, type WireAnswer } from "./answer-call.ts";
import type { Allows } from "./service.ts";
import { readModel } from "./shapes/read-model.ts";
import { WireFault } from "./wire-fault.ts";

const MODEL = readModel("Text = string\nInput = { StreamName:Text }\n");
const input = MODEL.structure("Input");

interface Asked {
  readonly throws?: unknown;
  readonly allows?: Allows;
  readonly operation?: string;
  readonly body?: string;
}

async function ask({ throws, allows = () => true, ...asked }: Asked): Promise<WireAnswer> {
  const { operation = "PutRecord", body = '{"StreamName":"one"}' } = asked;
  const run = (): never => {
    throw throws;
  };
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `Kinesis_20131202.${operation}`,
  };
  const signal = new AbortController().signal;
  const request = { method: "POST", url: "/", headers, body: Buffer.from(body), signal };
  return await answerCall(
    { ...request, caller: "test" },
    {
      services: [
        {
          targetPrefix: "Kinesis_20131202",
          signingName: "kinesis",
          operations: new Map([
            ["PutRecord", { input, output: undefined, run }],
            ["Quiet", { input, output: undefined, run: () => ({}) }],
          ]),
          deedOf: () => "ingest",
          streamOf: (given: { StreamName?: string }) => given.StreamName,
        },
      ],
      authority: {
        admit: () => ({ region: "us-east-1", accessKeyId: undefined, allows }),
      },
    },
  );
}

function typeOf({ status, body }: WireAnswer): string {
  const { __type: type } = JSON.parse(body.toString()) as { __type: string };
  return `${status} ${type}`;
}

test.each([
  [
    "a refusal of AWS's own",
    new WireFault("ResourceInUseException", "x"),
    "400 ResourceInUseException",
  ],
  [
    "what waiting helps",
    new Fault("STREAM_BUSY", { stream: "s" }),
    "503 ServiceUnavailableException",
  ],
  ["what waiting does not help", new Fault("STREAM_CORRUPT", {}), "500 InternalFailure"],
  ["a key that asks too often", new Fault("RATE_LIMITED", {}), "400 ThrottlingException"],
  ["a key whose day is used up", new Fault("QUOTA_SPENT", {}), "400 ThrottlingException"],
  ["a mistake of ours", new TypeError("secret detail"), "500 InternalFailure"],
])("%s", async (_what, throws, says) => {
  const answer = await ask({ throws });
  expect(typeOf(answer)).toBe(says);
  expect(answer.body.toString()).not.toContain("secret detail");
  expect(answer.headers["x-amzn-ErrorType"]).toBe(says.split(" ")[1]);
});

test("a body that is no JSON, and an operation that is none", async () => {
  expect(typeOf(await ask({ body: "{" }))).toBe("400 SerializationException");
  expect(typeOf(await ask({ operation: "Nothing" }))).toBe("400 UnknownOperationException");
});

const onlyOne: Allows = (deed, stream) => deed === "ingest" && stream === "one";

test("a caller needs the deed on all streams, or on the one that the request names", async () => {
  const quiet = { operation: "Quiet" };
  expect((await ask({ ...quiet, allows: onlyOne })).status).toBe(200);
  const others = [
    { ...quiet, allows: onlyOne, body: '{"StreamName":"two"}' },
    { ...quiet, allows: onlyOne, body: "{}" },
    { ...quiet, allows: () => false },
  ];
  for (const other of others) {
    expect(typeOf(await ask(other))).toBe("400 AccessDeniedException");
  }
});
