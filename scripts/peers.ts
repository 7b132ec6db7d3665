/** `npm run test:peers`: installs software nobody here wrote, then tests against it; ends with 'N passed, N failed'. */

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  BENTO,
  EMULATOR,
  FAKESNOW,
  FUZZER,
  GO,
  HADOLINT,
  KAFKA,
  KINESIS_LIBRARIES,
  NPM,
  PEER_PATHS,
  PEERS_FOLDER,
  POWERBI_ENGINE,
  POWERBI_SCHEMAS,
  PYTHON,
  SNOWFLAKE_DRIVER,
} from "../test/peers/catalogue.ts";

const root = join(import.meta.dirname, "..");

interface Step {
  readonly name: string;
  readonly wanted: readonly string[];
  /** Needed on the machine. */
  readonly needs: string;
  readonly install: () => void;
}

const STEPS: readonly Step[] = [
  {
    name: "python",
    wanted: PYTHON,
    needs: "python3",
    install: () => installPython(PEER_PATHS.python, PYTHON),
  },
  {
    name: "emulator",
    wanted: EMULATOR,
    needs: "python3",
    install: () => installPython(PEER_PATHS.emulator, EMULATOR),
  },
  {
    name: "fuzzer",
    wanted: FUZZER,
    needs: "python3",
    install: () => installPython(PEER_PATHS.fuzzer, FUZZER),
  },
  {
    name: "hadolint",
    wanted: HADOLINT,
    needs: "python3",
    install: () => installPython(PEER_PATHS.hadolint, HADOLINT),
  },
  {
    name: "fakesnow",
    wanted: FAKESNOW,
    needs: "python3",
    install: () => installPython(PEER_PATHS.fakesnow, FAKESNOW),
  },
  {
    name: "driver",
    wanted: SNOWFLAKE_DRIVER,
    needs: "npm",
    install: () => installPackages(PEER_PATHS.driver, SNOWFLAKE_DRIVER),
  },
  { name: "go", wanted: GO, needs: "go", install: installGo },
  { name: "bento", wanted: BENTO, needs: "go", install: installBento },
  { name: "npm", wanted: NPM, needs: "npm", install: installNpm },
  {
    name: "powerbi",
    wanted: [...POWERBI_ENGINE, ...POWERBI_SCHEMAS],
    needs: "npm and python3",
    install: installPowerBi,
  },
  {
    name: "kafka",
    wanted: KAFKA,
    needs: "java and mvn",
    install: () => installJars("kafka", KAFKA),
  },
  {
    name: "kinesis-libraries",
    wanted: KINESIS_LIBRARIES,
    needs: "java, javac and mvn",
    install: () => installJars("kinesis-libraries", KINESIS_LIBRARIES),
  },
];

function installPython(folder: string, wanted: readonly string[]): void {
  rmSync(folder, { recursive: true, force: true });
  run("python3", ["-m", "venv", folder]);
  run(join(folder, "bin", "python"), ["-m", "pip", "install", "--quiet", ...wanted]);
}

function installGo(): void {
  for (const one of GO) {
    run("go", ["install", one], { GOBIN: PEER_PATHS.go });
  }
}

/** A module of its own, as Bento's own asks for replacements that only a main module may make. */
function installBento(): void {
  const folder = dirname(PEER_PATHS.bento);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const main = join(root, "test/peers/kinesis/foreign/bento.go");
  copyFileSync(main, join(folder, "main.go"));
  writeFileSync(join(folder, "go.mod"), "module peers/bento\n\ngo 1.23\n");
  const parts = readFileSync(main, "utf8").match(/(?<=")github[^"]+(?=")/g) ?? [];
  const version = BENTO[0].slice(BENTO[0].indexOf("@"));
  const go = (...args: string[]): void => run("go", ["-C", folder, ...args]);
  go("get", ...parts.map((part) => part + version));
  go("build", "-trimpath", "-ldflags=-s -w", "-o", PEER_PATHS.bento, ".");
}

/** What is wanted and all that it needs, as jars in one folder. */
function installJars(name: string, wanted: readonly string[]): void {
  const folder = join(PEERS_FOLDER, name);
  const [boms, jars] = [true, false].map((bom) =>
    wanted
      .filter((one) => one.includes(":bom:") === bom)
      .map((one) => toDependency(one, bom ? "<type>pom</type><scope>import</scope>" : ""))
      .join(""),
  );
  const named = `<groupId>peers</groupId><artifactId>${name}</artifactId><version>1</version>`;
  const managed = `<dependencyManagement><dependencies>${boms}</dependencies></dependencyManagement>`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "pom.xml"),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>${named}` +
      `${managed}<dependencies>${jars}</dependencies></project>\n`,
  );
  const copy = ["dependency:copy-dependencies", `-DoutputDirectory=${join(folder, "jars")}`];
  run("mvn", ["-q", "-B", "-f", join(folder, "pom.xml"), ...copy]);
}

function toDependency(one: string, more: string): string {
  const [group, artifact, version] = one.split(":");
  const what = `<groupId>${group}</groupId><artifactId>${artifact}</artifactId>`;
  return `<dependency>${what}<version>${version}</version>${more}</dependency>`;
}

function installNpm(): void {
  installPackages(PEER_PATHS.npm, NPM);
  buildRuntimeClient(join(PEER_PATHS.npm, "node_modules"));
}

function installPackages(folder: string, wanted: readonly string[]): void {
  const flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  run("npm", ["install", ...flags, "--prefix", folder, ...wanted]);
}

function installPowerBi(): void {
  rmSync(PEER_PATHS.powerBi, { recursive: true, force: true });
  installPackages(PEER_PATHS.powerBi, POWERBI_ENGINE);
  // Of the Python package only the schemas are wanted, nothing that it would need to run.
  const target = ["--no-deps", "--target", join(PEER_PATHS.powerBi, "python")];
  run("python3", ["-m", "pip", "install", "--quiet", ...target, ...POWERBI_SCHEMAS]);
}

/** Lambda's runtime client speaks to its service by a native part, which its package builds with cmake. */
function buildRuntimeClient(modules: string): void {
  const scripts = join(modules, "aws-lambda-ric", "scripts");
  const env = { PATH: `${join(modules, ".bin")}:${process.env["PATH"] ?? ""}` };
  run("sh", [join(scripts, "preinstall.sh")], env);
  run("sh", [join(scripts, "postinstall.sh")], env);
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}): void {
  const options = { cwd: root, stdio: "inherit", env: { ...process.env, ...env } } as const;
  const { status, error } = spawnSync(command, args, options);
  if (error !== undefined || status !== 0) {
    const why = error?.message ?? `it ended with ${status}`;
    process.stdout.write(`\n${command} ${args.join(" ")}: ${why}\n`);
    process.stdout.write("Nothing is skipped: install what is missing and run this again.\n");
    process.stdout.write("\n0 passed, 1 failed\n");
    process.exit(1);
  }
}

/** A stamp says what was installed last, so that a second run goes straight to the tests. */
function install({ name, wanted, install: begin }: Step): void {
  const stamp = join(PEERS_FOLDER, `${name}.json`);
  const text = JSON.stringify(wanted);
  const there = existsSync(stamp) && readFileSync(stamp, "utf8") === text;
  if (!there) {
    rmSync(stamp, { force: true });
    begin();
    writeFileSync(stamp, text);
  }
  process.stdout.write(`${there ? "present" : "installed"}  ${name}: ${wanted.join(", ")}\n`);
}

mkdirSync(PEERS_FOLDER, { recursive: true });
for (const step of STEPS) {
  install(step);
}

// The report stays until the next run, for `scripts/conformance.ts`.
const results = join(root, "node_modules", ".results");
mkdirSync(results, { recursive: true });
const report = join(results, "peers.json");
rmSync(report, { force: true });
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const args = ["vitest", "run", "--project", "peers", ...reporters, ...process.argv.slice(2)];
const tests = spawnSync("npx", args, { cwd: root, stdio: "inherit" });
let [passed, failed] = [0, 0];
try {
  const counts = JSON.parse(readFileSync(report, "utf8")) as Record<string, number>;
  passed = counts["numPassedTests"] ?? 0;
  failed = counts["numFailedTests"] ?? 0;
  const skipped = counts["numPendingTests"] ?? 0;
  // A test that was skipped, or a file that could not be read, has not passed.
  failed += skipped + (tests.status !== 0 && failed === 0 ? 1 : 0);
} catch {
  failed += 1;
}
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
