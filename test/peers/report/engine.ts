/** Microsoft's engine for semantic models, spoken to by the Model Context Protocol over its standard input. For tests only. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { PEER_PATHS } from "../catalogue.ts";

interface Answer {
  readonly id?: number;
  readonly result?: {
    readonly isError?: boolean;
    readonly content?: readonly { readonly text?: string }[];
  };
}

export interface Engine extends AsyncDisposable {
  /** What the engine says of a folder of TMDL, and whether it took it. */
  load(folder: string): Promise<{ readonly ok: boolean; readonly said: string }>;
}

const ANSWER_MS = 60_000;

export async function startEngine(): Promise<Engine> {
  const child = spawn(PEER_PATHS.powerBiEngine, ["--start"], {
    stdio: ["pipe", "pipe", "ignore"],
    // The machine need not have the library for languages.
    env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1" },
    detached: true,
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = JSON.parse(line) as Answer;
    waiting.get(answer.id ?? 0)?.(answer);
  });
  let last = 0;
  const tell = (message: object): boolean =>
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const ask = async (method: string, params: object): Promise<Answer> => {
    last += 1;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => reject(new TypeError(`no answer to ${method}`)), ANSWER_MS);
    waiting.set(last, resolve);
    tell({ id: last, method, params });
    return await promise.finally(() => clearTimeout(timer));
  };
  const client = { name: "millrace-tests", version: "1" };
  await ask("initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: client });
  tell({ method: "notifications/initialized" });
  return {
    load: async (folderPath) => {
      const request = { operation: "ConnectFolder", folderPath };
      const { result } = await ask("tools/call", {
        name: "connection_operations",
        arguments: { request },
      });
      const said = (result?.content ?? []).map(({ text }) => text ?? "").join("\n");
      return { ok: result?.isError !== true && said.includes("Successfully loaded"), said };
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, "exit");
      // npm's launcher has the engine as its child: both go.
      process.kill(-(child.pid ?? 0), "SIGKILL");
      await ended;
    },
  };
}
