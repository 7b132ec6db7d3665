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
import { HELP_AFTER, HELP_LOOK } from "./show/help.ts";
import { paintFor } from "./show/paint.ts";
import { OutputClosed } from "./show/screen.ts";
import type { World } from "./world.ts";

/** What is made of commands, by what people want of them. */
const COMMANDS = {
  "Make and run:": [initCommand, doctorCommand, startCommand, keysCommands, benchCommand],
  "Send and look:": [
    sendCommand,
    drainCommand,
    statusCommand,
    queryCommand,
    tailCommand,
    whereCommand,
  ],
  "Prove and mend:": [verifyCommand, deadCommands, replayCommand, rebuildCommand, simCommand],
  "Deploy and share:": [planCommand, deployCommand, destroyCommand, exportCommand],
} as const;

/** Runs one command line, without the node and script at its beginning; resolves to the exit code. */
export async function run(argv: readonly string[], world: World, doors: Doors): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  takeKey(world.env["MILLRACE_KEY"]);
  const help = { out: "", err: "" };
  const around = { world, doors, finish: (given: ExitCode) => void (code = given) };
  const program = buildProgram(around, help);
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (thrown) {
    const meant =
      thrown instanceof CommanderError ? toUsage(thrown, nameOf(argv, program)) : thrown;
    code = await tell(meant, argv, world);
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
    .helpCommand(false)
    .addHelpText("after", HELP_AFTER);
  for (const [heading, makes] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    makes.forEach((make) => program.addCommand(make(around)));
  }
  program.commandsGroup("").addCommand(helpCommand(program));
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])]) {
    settle(command, help);
  }
  return program;
}

function deadCommands(around: Surroundings): Command {
  const dead = new Command("dead").description(
    "Look at the records that were set aside, redrive or drop them.",
  );
  return withCommands(
    dead,
    [deadLsCommand, deadShowCommand, deadRedriveCommand, deadDropCommand],
    around,
  );
}

function keysCommands(around: Surroundings): Command {
  const keys = new Command("keys").description("Make, list, rotate and revoke keys.");
  return withCommands(
    keys,
    [keysCreateCommand, keysLsCommand, keysRotateCommand, keysRevokeCommand],
    around,
  );
}

function withCommands(
  group: Command,
  makes: readonly ((around: Surroundings) => Command)[],
  around: Surroundings,
): Command {
  makes.forEach((make) => group.addCommand(make(around)));
  return group.helpCommand(false).addCommand(helpCommand(group));
}

/** Commander's own would answer a word it does not know with the help of all, and not say that it is none. */
function helpCommand(of: Command): Command {
  return new Command("help")
    .argument("[command]")
    .description("Show help for a command.")
    .action(async (word?: string) => {
      const found = of.commands.find((command) => command.name() === word);
      if (word !== undefined && found === undefined) {
        await of.parseAsync([word], { from: "user" });
      }
      (found ?? of).help();
    });
}

/** Commander would print and leave by itself; here everything leaves by the one way. */
function settle(command: Command, help: HelpText): void {
  command
    .exitOverride()
    .showSuggestionAfterError(true)
    .helpOption("-h, --help", "show help")
    .configureHelp(HELP_LOOK)
    .configureOutput({
      writeOut: (text) => void (help.out += text),
      writeErr: (text) => void (help.err += text),
      outputError: () => {},
    });
}

/** Says what went wrong, where anything did, and gives the exit code for it. */
async function tell(thrown: unknown, argv: readonly string[], world: World): Promise<ExitCode> {
  if (thrown instanceof OutputClosed) {
    return EXIT.ok;
  }
  if (thrown instanceof CommanderError) {
    // Where no command was given, the help that follows says more than an error could.
    return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  const shown = describe(thrown);
  const text = argv.includes("--json")
    ? faultJson(shown)
    : showFault(shown, paintFor(world.stderr, world.env));
  await world.stderr.write(text).catch(() => {});
  if ((world.env["MILLRACE_DEBUG"] ?? "") !== "" && thrown instanceof Error) {
    await world.stderr.write(`${String(thrown.stack)}\n`).catch(() => {});
  }
  return exitCodeOf(thrown);
}

/** What commander says as a fault, where it is one: not where it gave help or the version. */
function toUsage(thrown: CommanderError, command: string): Fault | CommanderError {
  if (thrown.exitCode === 0 || thrown.code === "commander.help") {
    return thrown;
  }
  const said = thrown.message.replace(/^error: /, "");
  const cause = `${said[0]?.toUpperCase() ?? ""}${said.slice(1)}`;
  return new Fault("USAGE", { cause, command });
}

/** The command that is meant, as far as there is such a one: "millrace dead ls". */
function nameOf(argv: readonly string[], program: Command): string {
  const words = argv.filter((one) => /^[a-z]+$/.test(one) && one !== "help");
  const command = program.commands.find((one) => one.name() === words[0]);
  const inside = command?.commands.find((one) => one.name() === words[1]);
  return [program, command, inside].flatMap((one) => one?.name() ?? []).join(" ");
}
