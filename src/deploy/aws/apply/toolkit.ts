/** Runs the CDK's own command line, which knows CloudFormation's change sets, assets, roll-backs and progress. */

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Fault } from "../../../base/faults.ts";

export interface Toolkit {
  /** Resolves when the command ended well; throws DEPLOY_FAILED with what it said last, or that it was stopped. */
  run(args: readonly string[], told: (line: string) => void): Promise<void>;
}

export interface ToolkitOptions {
  readonly stack: string;
  /** Folders whose node_modules are searched, first to last. */
  readonly near: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Stops the command: by itself it would go on without whoever started it. */
  readonly signal: AbortSignal;
}

/** CloudFormation takes no notice of who waits for it. */
const STOPPED = "it was interrupted; CloudFormation goes on with what it has begun";

const LAST_LINES = 12;

/** Throws DEPLOY_TOOL_MISSING. */
export function openToolkit({ stack, near, env, signal }: ToolkitOptions): Toolkit {
  const script = find(near);
  return {
    run: async (args, told) => {
      const child = spawn(process.execPath, [script, ...args], {
        env: { ...env, CI: "true", CDK_DISABLE_CLI_TELEMETRY: "true" },
        stdio: ["ignore", "pipe", "pipe"],
        signal,
        killSignal: "SIGINT",
      });
      const ended = new Promise<number | null>((resolve) => {
        child.once("error", () => resolve(null));
        child.once("close", resolve);
      });
      const last: string[] = [];
      const lines = [child.stdout, child.stderr].map(async (input) => {
        for await (const line of createInterface({ input })) {
          last.push(line);
          last.splice(0, Math.max(0, last.length - LAST_LINES));
          told(line);
        }
      });
      const [code] = await Promise.all([ended, ...lines]);
      if (signal.aborted) {
        throw new Fault("DEPLOY_FAILED", { step: args[0], stack, cause: STOPPED });
      }
      if (code !== 0) {
        const cause = last.filter((line) => line.trim() !== "").join("\n");
        throw new Fault("DEPLOY_FAILED", { step: args[0], stack, cause: cause || `exit ${code}` });
      }
    },
  };
}

function find(near: readonly string[]): string {
  for (const folder of near) {
    try {
      const file = createRequire(join(folder, "x.js")).resolve("aws-cdk/package.json");
      return join(file, "..", "bin", "cdk");
    } catch {
      // It may be beside the next one.
    }
  }
  throw new Fault("DEPLOY_TOOL_MISSING", { tool: "aws-cdk@2.1148.1", wanted: "a deploy to AWS" });
}
