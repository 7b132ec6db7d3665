/** The door of the simulation: many seeds over threads, or one here. */

export { BooksDesk } from "./check/books.ts";
export { runSeed, type RunOptions, type RunResult } from "./run.ts";
export { runSeeds, type SeedsOptions } from "./seeds.ts";
export type { Replacements, World } from "./world.ts";
