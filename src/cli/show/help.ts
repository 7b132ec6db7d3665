/** How help looks: commands by what they are for, defaults as they are typed, examples to copy. */

import { Help, type Command } from "commander";

export const HELP_AFTER = `
Examples:
  millrace init shop                     a new project in the folder shop
  millrace start                         run the pipeline of this folder
  millrace send orders orders.csv        send a file to its stream orders
  millrace query "show tables"           look at what arrived
  millrace verify                        prove that nothing is missing

\`millrace COMMAND --help\` tells all of a command; --json prints for programs.

Exit codes: 0 fine
            1 the answer is no (not balanced, not drained in time, no such event)
            2 wrong usage · 3 no pipeline answers · 4 failed`;

const base = new Help();

export const HELP_LOOK: Partial<Help> = {
  visibleCommands: (command) =>
    base.visibleCommands(command).filter((one) => one.name() !== "help"),
  // Every command has options: saying so in each line would only push what it does out of sight.
  subcommandTerm: (command: Command) => base.subcommandTerm(command).replace(" [options]", ""),
  optionDescription: (option) => plainDefault(base.optionDescription(option)),
  argumentDescription: (argument) => plainDefault(base.argumentDescription(argument)),
};

/** Commander shows a default as JSON; here it stands as it would be typed, and none where it is an empty list. */
function plainDefault(text: string): string {
  return text.replace(" (default: [])", "").replace(/default: "([^"]*)"/, "default: $1");
}
