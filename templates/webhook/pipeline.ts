/** GitHub's pushes, each request signed by GitHub: the signature is judged, the push becomes a row. */

import { definePipeline, defineStream } from "millrace";
import { push, pushRow } from "./schema.ts";

const pushes = defineStream({
  schema: push,
  // GitHub delivers a push again when an answer is late; the same commit on the same branch counts once.
  id: ["ref", "after"],
  key: "ref",
  // GitHub adds fields when it likes; what the schema does not name stays out of the rows.
  drift: { newField: "ignore" },
  deliver: {
    format: "ndjson",
    compression: "gzip",
    buffer: { size: "5MiB", interval: "1s" },
    transform: ({ ref, after, repository, pusher, commits }) => ({
      repository: repository.full_name,
      branch: ref.replace("refs/heads/", ""),
      commit_sha: after,
      pusher: pusher.name,
      commits: commits.length,
    }),
    row: pushRow,
  },
  load: { table: "raw_pushes" },
});

export default definePipeline({
  name: "webhook",
  streams: { pushes },
  // POST /v1/webhooks/github. The secret itself is never written down here.
  webhooks: {
    github: { stream: "pushes", sign: "github", secret: { env: "GITHUB_WEBHOOK_SECRET" } },
  },
  models: "./models",
});
