/** Builds container images where no registry is at hand: buildah, over a base of Debian's packages and this very Node. */

import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { getCACertificates } from "node:tls";
import { promisify } from "node:util";
import { Fault } from "../../../../src/base/faults.ts";
import { PEERS_FOLDER } from "../../catalogue.ts";

/** What the Dockerfile's FROM names, made here. */
const BASE = "docker.io/library/node:24-slim";
const DEBIAN = "bookworm";
/** Packages of Debian, each with the command of its name. */
const TOOLS = ["buildah", "debootstrap"] as const;
const CAFILE = "/usr/local/share/peers-ca.crt";
const STEP_MS = 280_000;

const folder = join(PEERS_FOLDER, "container");
const run = promisify(execFile);

/** Whatever a step says, and its exit; throws USAGE with the step's last words when it fails. */
async function step(command: string, ...args: readonly string[]): Promise<string> {
  try {
    const options = { timeout: STEP_MS, maxBuffer: 16 * 1_048_576 };
    return (await run(command, args, options)).stdout;
  } catch (thrown) {
    const { message, stderr = "" } = thrown as { message: string; stderr?: string };
    throw new Fault("USAGE", { cause: `${message}\n${stderr.slice(-2000)}`, command });
  }
}

/** Its storage is beside the peers, and copies files, which works on any disk. */
function buildah(...args: readonly string[]): Promise<string> {
  const places = ["--root", join(folder, "images"), "--runroot", join(folder, "run")];
  return step("buildah", "--storage-driver", "vfs", ...places, ...args);
}

function found(command: string): string | undefined {
  const paths = (process.env["PATH"] ?? "").split(delimiter);
  return paths.map((path) => join(path, command)).find((path) => existsSync(path));
}

/** Throws USAGE with what is missing where it cannot be installed here: nothing is skipped. */
async function requireTools(): Promise<void> {
  if (process.getuid?.() !== 0) {
    const cause = `images are built and run as root, by ${TOOLS.join(" and ")}: run this test as root, on Debian or Ubuntu`;
    throw new Fault("USAGE", { cause, command: "container.test.ts" });
  }
  const lacking = TOOLS.filter((tool) => found(tool) === undefined);
  if (lacking.length > 0) {
    await step("apt-get", "update", "-qq");
    await step("apt-get", "install", "-y", "-qq", "--no-install-recommends", ...lacking);
  }
}

/** Makes the base once: Debian's smallest system, this Node with its npm, and the user that node's own images have. */
export async function prepareBase(): Promise<void> {
  await requireTools();
  mkdirSync(folder, { recursive: true });
  if ((await buildah("images", "--quiet", "--filter", `reference=${BASE}`)) !== "") {
    return;
  }
  const root = join(folder, "rootfs");
  rmSync(root, { recursive: true, force: true });
  await step("debootstrap", "--variant=minbase", DEBIAN, root);
  await addNode(root);
  const file = join(folder, "base.Containerfile");
  writeFileSync(file, 'FROM scratch\nCOPY . /\nCMD ["node"]\n');
  await buildah("build", "--isolation", "chroot", "--file", file, "--tag", BASE, root);
  rmSync(root, { recursive: true, force: true });
}

async function addNode(root: string): Promise<void> {
  const local = join(root, "usr/local");
  cpSync(process.execPath, join(local, "bin/node"), { dereference: true });
  // …/npm/bin/npm-cli.js, to which the command is a link.
  const npm = dirname(dirname(realpathSync(found("npm") ?? "npm")));
  mkdirSync(join(local, "lib/node_modules"), { recursive: true });
  cpSync(npm, join(local, "lib/node_modules/npm"), { recursive: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(local, "bin/npm"));
  // It asks where this machine's asks, and believes whom this Node believes.
  const registry = (await step("npm", "config", "get", "registry")).trim();
  writeFileSync(join(root, CAFILE), getCACertificates("default").join("\n"));
  mkdirSync(join(local, "etc"), { recursive: true });
  writeFileSync(join(local, "etc/npmrc"), `registry=${registry}\ncafile=${CAFILE}\n`);
  await step("chroot", root, "groupadd", "--gid", "1000", "node");
  await step("chroot", root, "useradd", "--uid", "1000", "--gid", "node", "node");
}

/** What of an image a runtime goes by. */
export interface ImageConfig {
  readonly User: string;
  readonly WorkingDir: string;
  readonly Env: readonly string[];
  readonly Cmd: readonly string[];
  readonly Healthcheck: { readonly Test: readonly string[] };
}

export interface Image extends AsyncDisposable {
  readonly config: ImageConfig;
  /** Its files, as a folder. */
  readonly root: string;
}

/** Builds the Dockerfile of a folder as it stands. Throws USAGE with the step that failed. */
export async function buildImage(project: string, name: string): Promise<Image> {
  const build = ["build", "--isolation", "chroot", "--pull-never", "--format", "docker"];
  await buildah(...build, "--tag", name, project);
  const container = (await buildah("from", "--pull-never", `localhost/${name}`)).trim();
  const [root, told] = await Promise.all([
    buildah("mount", container),
    buildah("inspect", "--type", "image", `localhost/${name}`),
  ]);
  const { Docker } = JSON.parse(told) as { Docker: { config: ImageConfig } };
  return {
    config: Docker.config,
    root: root.trim(),
    [Symbol.asyncDispose]: async () => {
      await buildah("rm", container);
      await buildah("rmi", `localhost/${name}`);
      // Steps of the build that no image names any more; the base has its name.
      await buildah("rmi", "--prune");
    },
  };
}
