/** The file that a thread or a process is started from: `.ts` in a checkout, `.js` in the installed package. */

/** Address of the module `name`, without its ending, in the folder of `module` (an `import.meta.url`). */
export function beside(name: string, module: string): URL {
  return new URL(`${name}${module.slice(module.lastIndexOf("."))}`, module);
}
