/** One event as the clients send it, every value a text, and the row that it becomes. Each policy is a word here. */

import { z } from "zod";

/** Not empty, not only spaces: a blank value is refused. */
const filled = z.string().regex(/\S/).max(100);

export const personEvent = z
  .object({
    /** Required: missing, null or blank, it is refused. */
    Id: filled,
    /** Required, but null says that it is not known. */
    Name: filled.nullable(),
    /** May be left out; a number, or the digits of one; anything else is refused. */
    Age: z.union([z.string().regex(/^\d{1,3}$/), z.int().min(0).max(150)]).nullish(),
    /** May be left out; one of these words. */
    Sex: z.enum(["Male", "Female", "Other"]).nullish(),
  })
  .meta({ examples: [{ Id: "1", Name: "John", Age: "10", Sex: "Male" }] });

export const personRow = z.object({ data: personEvent });
