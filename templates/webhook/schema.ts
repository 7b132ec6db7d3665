/** What GitHub sends of a push, as far as it is used here, and the row that it becomes. */

import { z } from "zod";

export const push = z
  .object({
    ref: z.string().min(1),
    after: z.string().regex(/^[0-9a-f]{40}$/),
    repository: z.looseObject({ full_name: z.string().min(1) }),
    pusher: z.looseObject({ name: z.string().min(1) }),
    commits: z.array(z.looseObject({ id: z.string() })),
  })
  .meta({
    examples: [
      {
        ref: "refs/heads/main",
        after: "59b20b8d5c6ff8d09518454d4dd8b7b30f095ab5",
        repository: { full_name: "ada/engine" },
        pusher: { name: "ada" },
        commits: [{ id: "59b20b8d5c6ff8d09518454d4dd8b7b30f095ab5" }],
      },
    ],
  });

export const pushRow = z.object({
  repository: z.string(),
  branch: z.string(),
  commit_sha: z.string(),
  pusher: z.string(),
  commits: z.int(),
});
