/** The command line as a whole: which commands there are, and how they end. */

import { Command, CommanderError } from "commander";
import { Fault } from "../base/faults.ts";
import type { Surroundings } from "./command.ts";
import { benchCommand } from "./commands/bench.ts";
import { deadDropCommand } from "./commands/dead-drop.ts";
import { deadLsCommand } from "./commands/dead-ls.ts";
import { deadRedriveCommand } from "./commands/dead-redrive.ts";
import { deadShowCommand } from "./commands/dead-show.ts";
import { deployCommand } from "./commands/deploy.ts";
import { destroyCommand } from "./commands/destroy.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { drainCommand } from "./commands/drain.ts";
import { planCommand } from "./commands/plan.ts";
import { keysCreateCommand } from "./commands/keys-create.ts";
import { keysLsCommand } from "./commands/keys-ls.ts";
import { keysRevokeCommand } from "./commands/keys-revoke.ts";
import { keysRotateCommand } from "./commands/keys-rotate.ts";
import { packageVersion } from "./package-version.ts";
import { exportCommand } from "./commands/export.ts";
import { initCommand } from "./commands/init.ts";
import { queryCommand } from "./commands/query.ts";
import { rebuildCommand } from "./commands/rebuild.ts";
import { replayCommand } from "./commands/replay.ts";
import { sendCommand } from "./commands/send.ts";
import { simCommand } from "./commands/sim.ts";
import { startCommand } from "./commands/start.ts";
import { statusCommand } from "./commands/status.ts";
import { tailCommand } from "./commands/tail.ts";
import { verifyCommand } from "./commands/verify.ts";
import { whereCommand } from "./commands/where.ts";
import type { Doors } from "./doors.ts";
import { EXIT, exitCodeOf, type ExitCode } from "./exit-codes.ts";
import { takeKey } from "./reach/credential.ts";
import { describe, faultJson, showFault } from "./show/fault.ts";
import { paintFor } from "./show/paint.ts";
import { OutputClosed } from "./show/screen.ts";
import type { World } from "./world.ts";

const COMMANDS = [
  initCommand,
  startCommand,
  sendCommand,
  drainCommand,
  queryCommand,
  verifyCommand,
  whereCommand,
  tailCommand,
  statusCommand,
  replayCommand,
  rebuildCommand,
  exportCommand,
  planCommand,
  deployCommand,
  destroyCommand,
  simCommand,
  doctorCommand,
  benchCommand,
] as const;

/** Commands of commands. */
const GROUPS: ReadonlyMap<string, readonly string[]> = new Map([
  ["dead", ["ls", "show", "redrive", "drop"]],
  ["keys", ["create", "ls", "rotate", "revoke"]],
]);

/** Runs one command line, without the node and script at its beginning; resolves to the exit code. */
export async function run(argv: readonly string[], world: World, doors: Doors): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  takeKey(world.env["MILLRACE_KEY"]);
  const help = { out: "", err: "" };
  const around = { world, doors, finish: (given: ExitCode) => void (code = given) };
  try {
    await buildProgram(around, help).parseAsync(argv, { from: "user" });
  } catch (thrown) {
    code = await tell(thrown, argv, world);
  }
  await world.stdout.write(help.out).catch(() => {});
  await world.stderr.write(help.err).catch(() => {});
  return code;
}

/** What commander would print by itself. */
interface HelpText {
  out: string;
  err: string;
}

function buildProgram(around: Surroundings, help: HelpText): Command {
  const program = new Command("millrace")
    .description("A real-time data pipeline, defined once in TypeScript, with books that balance.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpCommand("help [command]", "show help for a command")
    .addHelpText("after", EXIT_HELP);
  const dead = new Command("dead").description(
    "Look at the records that were set aside, redrive or drop them.",
  );
  for (const make of [deadLsCommand, deadShowCommand, deadRedriveCommand, deadDropCommand]) {
    dead.addCommand(make(around));
  }
  const keys = new Command("keys").description("Make, list, rotate and revoke keys.");
  for (const make of [keysCreateCommand, keysLsCommand, keysRotateCommand, keysRevokeCommand]) {
    keys.addCommand(make(around));
  }
  for (const make of COMMANDS) {
    program.addCommand(make(around));
  }
  for (const group of [dead, keys]) {
    program.addCommand(group.helpCommand("help [command]", "show help for a command"));
  }
  for (const command of [program, ...program.commands, ...dead.commands, ...keys.commands]) {
    settle(command, help);
  }
  return program;
}

/** Commander would print and leave by itself; here everything leaves by the one way. */
function settle(command: Command, help: HelpText): void {
  command
    .exitOverride()
    .showSuggestionAfterError(true)
    .helpOption("-h, --help", "show help")
    .configureOutput({
      writeOut: (text) => void (help.out += text),
      writeErr: (text) => void (help.err += text),
      outputError: () => {},
    });
}

const EXIT_HELP = `
Exit codes: 0 fine · 1 the answer is no (books not balanced, not drained in time, no such event)
            2 wrong usage · 3 no pipeline answers · 4 failed`;

/** Says what went wrong, where anything did, and gives the exit code for it. */
async function tell(thrown: unknown, argv: readonly string[], world: World): Promise<ExitCode> {
  if (thrown instanceof OutputClosed) {
    return EXIT.ok;
  }
  if (thrown instanceof CommanderError && thrown.exitCode === 0) {
    return EXIT.ok;
  }
  if (thrown instanceof CommanderError && thrown.code === "commander.help") {
    // No command was given: the help that follows says more than an error could.
    return EXIT.usage;
  }
  const meant = thrown instanceof CommanderError ? toUsage(thrown, argv) : thrown;
  const shown = describe(meant);
  const text = argv.includes("--json")
    ? faultJson(shown)
    : showFault(shown, paintFor(world.stderr, world.env));
  await world.stderr.write(text).catch(() => {});
  if ((world.env["MILLRACE_DEBUG"] ?? "") !== "" && thrown instanceof Error) {
    await world.stderr.write(`${String(thrown.stack)}\n`).catch(() => {});
  }
  return exitCodeOf(meant);
}

function toUsage(thrown: CommanderError, argv: readonly string[]): Fault {
  const said = thrown.message.replace(/^error: /, "");
  const cause = `${said[0]?.toUpperCase() ?? ""}${said.slice(1)}`;
  const [word = "", next = ""] = argv.filter((one) => /^[a-z]+$/.test(one));
  const known = [...COMMANDS.map((make) => make.name.replace(/Command$/, "")), ...GROUPS.keys()];
  const inside = GROUPS.get(word)?.includes(next) === true ? ` ${next}` : "";
  const command = known.includes(word) ? `millrace ${word}${inside}` : "millrace";
  return new Fault("USAGE", { cause, command });
}
