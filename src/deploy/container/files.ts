/** The container of the read APIs: a Dockerfile for the project that holds the definition, and what stays out of it. */

import type { Plan } from "../../plan/plan.ts";

/** The port of ECS Express Mode's and App Runner's services here. */
const PORT = 8080;
/** `node` in the image, as a number: whoever runs it can tell that it is not root. */
const USER = "1000:1000";

/** File name → text; they belong beside the project's package.json. */
export function containerFiles({ name }: Plan): ReadonlyMap<string, string> {
  return new Map([
    ["Dockerfile", dockerfile(name)],
    [".dockerignore", IGNORED],
  ]);
}

function dockerfile(name: string): string {
  const healthy = `fetch('http://127.0.0.1:${PORT}/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`;
  const command = [
    "node",
    "node_modules/millrace/bin/millrace.cjs",
    "start",
    "--read-only",
    // Whoever comes through a proxy on this machine is asked for a key too.
    "--require-keys",
    "--host",
    "0.0.0.0",
    "--port",
    String(PORT),
    "--data",
    "/data",
  ];
  return `# syntax=docker/dockerfile:1
# The read APIs of ${name}: docker build -t ${name} . && docker run --read-only --tmpfs /tmp -v ${name}:/data -p ${PORT}:${PORT} ${name}
# Where the tables are, and who may ask: MILLRACE_WAREHOUSE, SNOWFLAKE_USER, SNOWFLAKE_TOKEN, MILLRACE_KEYS.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The Node that npm brings for machines with an older one is not needed beside this one: it is a third of the image.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/node-linux-*

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY . .
# All but the data belongs to root: what runs here cannot change what it runs.
RUN mkdir /data && chown ${USER} /data
USER ${USER}
VOLUME ["/data"]
EXPOSE ${PORT}
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \\
  CMD ["node", "-e", ${JSON.stringify(healthy)}]
CMD ${JSON.stringify(command).replaceAll('","', '", "')}
`;
}

/** Neither secrets, at whatever depth, nor data nor what npm puts there again. */
const IGNORED = `.git
.millrace
node_modules
**/*.test.ts
**/*.pem
**/*.p8
**/.env*
**/*.env
**/keys.json
Dockerfile
.dockerignore
`;
