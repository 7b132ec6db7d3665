/** Asks a person what was not said on the command line, one question at a time. */

import type { Readable, Writable } from "node:stream";
import { TEMPLATE_NAMES, TEMPLATES, type TemplateName } from "./templates.ts";

export interface Choice {
  readonly folder: string;
  readonly template: TemplateName;
}

/** Where the conversation is held; left out, the terminal. */
export interface Terminal {
  readonly input?: Readable;
  readonly output?: Writable;
}

/** Undefined when the person leaves, by Ctrl-C or Escape. */
export type Ask = (given: Partial<Choice>, folder: string) => Promise<Choice | undefined>;

export function askOn(terminal: Terminal = {}): Ask {
  return async (given, usual) => {
    // Loaded only where somebody is asked.
    const { isCancel, select, text } = await import("@clack/prompts");
    const folder =
      given.folder ??
      (await text({
        message: "Which folder should the pipeline be in?",
        placeholder: usual,
        defaultValue: usual,
        ...terminal,
      }));
    if (isCancel(folder)) {
      return undefined;
    }
    const template =
      given.template ??
      (await select({
        message: "What should it begin as?",
        options: TEMPLATE_NAMES.map((name) => ({ value: name, hint: TEMPLATES[name].about })),
        ...terminal,
      }));
    return isCancel(template) ? undefined : { folder, template };
  };
}
