/** Models by reference: snippets put in, names resolved, order found, what is wrong told per model. Pure. */

import { createHash } from "node:crypto";
import { Fault } from "../../../base/faults.ts";
import { type ModelFile, type Rule, refuser } from "./parse.ts";
import { fillReferences, findReferences, type Reference } from "./references.ts";

/** A table or model that a model reads, whole or only what is new. */
export interface Source {
  readonly name: string;
  readonly how: "all" | "new";
  /** Name of the stream behind a raw table; undefined for a model. */
  readonly stream: string | undefined;
}

export interface Model extends Omit<ModelFile, "select"> {
  /** With snippets put in; references to tables still stand. */
  readonly select: string;
  readonly sources: readonly Source[];
  /** Over everything that changes what rows come out, models it reads included. */
  readonly hash: string;
}

export interface Graph {
  /** Each after all it reads. */
  readonly models: readonly Model[];
  /** Models that cannot run, with why. */
  readonly faults: ReadonlyMap<string, Fault>;
}

export interface Surroundings {
  /** Raw tables and the streams that fill them. */
  readonly tables: ReadonlyMap<string, string>;
  readonly snippets: Readonly<Record<string, string>>;
}

const SNIPPET_DEPTH_MAX = 10;

export function toGraph(files: readonly ModelFile[], around: Surroundings): Graph {
  const builder = new Builder(files, around);
  for (const { name } of files) {
    builder.visit(name, []);
  }
  return { models: builder.models, faults: builder.faults };
}

class Builder {
  readonly models: Model[] = [];
  readonly faults = new Map<string, Fault>();
  readonly #files: ReadonlyMap<string, ModelFile>;
  readonly #around: Surroundings;
  readonly #done = new Map<string, Model>();

  constructor(files: readonly ModelFile[], around: Surroundings) {
    this.#files = new Map(files.map((file) => [file.name, file]));
    this.#around = around;
  }

  /** The model once all it reads is there; `path` leads from the first model to it. */
  visit(name: string, path: readonly string[]): Model | undefined {
    const file = this.#files.get(name);
    const done = this.#done.get(name);
    if (done !== undefined || file === undefined || this.faults.has(name)) {
      return done;
    }
    try {
      const model = this.#build(file, [...path, name]);
      this.#done.set(name, model);
      this.models.push(model);
      return model;
    } catch (thrown) {
      if (!(thrown instanceof Fault)) {
        throw thrown;
      }
      this.faults.set(name, thrown);
      return undefined;
    }
  }

  #build(file: ModelFile, path: readonly string[]): Model {
    const refuse = refuser(file.name, file.file);
    if (this.#around.tables.has(file.name) || file.name in this.#around.snippets) {
      throw refuse(1, `the name ${file.name} is taken by a raw table or a snippet`);
    }
    const select = this.#withSnippets(file, file.select, { line: file.selectLine, depth: 0 });
    const conserve = file.conserve.map(({ sql, line }) => ({
      line,
      sql: this.#withSnippets(file, sql, { line, depth: 0 }),
    }));
    const sources = new Map<string, Source>();
    const upstream: string[] = [];
    for (const reference of findReferences(select, file.selectLine)) {
      const source = this.#resolve(file, reference, path);
      sources.set(`${source.how} ${source.name}`, source);
      upstream.push(this.#done.get(source.name)?.hash ?? "");
    }
    const all = [...sources.values()];
    if (all.every(({ how }) => how === "all") && file.kind === "incremental") {
      throw refuse(file.selectLine, "a model with @key reads at least one {{ new … }}");
    }
    const hash = hashOf([file.kind, file.key, file.order, select, upstream]);
    const model = { ...file, select, conserve, sources: all, hash };
    this.#checkRules(model);
    return model;
  }

  #withSnippets(
    file: ModelFile,
    text: string,
    { line, depth }: { line: number; depth: number },
  ): string {
    const { snippets } = this.#around;
    return fillReferences(text, line, (reference) => {
      const snippet = reference.kind === "all" ? snippets[reference.name] : undefined;
      if (snippet === undefined) {
        return spell(reference);
      }
      if (depth >= SNIPPET_DEPTH_MAX) {
        throw refuser(file.name, file.file)(
          reference.line,
          "its snippets name each other in a circle",
        );
      }
      return this.#withSnippets(file, snippet, { line: reference.line, depth: depth + 1 });
    });
  }

  #resolve(file: ModelFile, reference: Reference, path: readonly string[]): Source {
    const refuse = refuser(file.name, file.file);
    if (reference.kind === "bad") {
      throw refuse(
        reference.line,
        `{{ ${reference.text} }} is no reference: {{ name }} or {{ new name }}`,
      );
    }
    if (reference.kind === "out") {
      throw refuse(reference.line, "{{ out }} is for @conserve only");
    }
    const { name, kind: how, line } = reference;
    if (how === "new" && file.kind !== "incremental") {
      throw refuse(line, `{{ new ${name} }} is for models with @key`);
    }
    const stream = this.#around.tables.get(name);
    if (stream !== undefined) {
      return { name, how, stream };
    }
    if (path.includes(name)) {
      throw refuse(line, `models read each other in a circle: ${[...path, name].join(" → ")}`);
    }
    const read = this.visit(name, path);
    if (read === undefined) {
      throw refuse(
        line,
        this.#files.has(name) ? `it reads ${name}, which is not right` : this.#unknown(name),
      );
    }
    if (how === "new" && read.kind !== "incremental") {
      throw refuse(line, `{{ new ${name} }} needs ${name} to have a @key`);
    }
    return { name, how, stream: undefined };
  }

  #unknown(name: string): string {
    const known = [...this.#around.tables.keys(), ...this.#files.keys()].join(", ");
    return `there is no table, model or snippet ${name}; there are ${known}`;
  }

  /** A rule may name the run's output and what the model reads. */
  #checkRules(model: Model): void {
    const refuse = refuser(model.name, model.file);
    for (const { sql, line } of model.conserve) {
      for (const reference of findReferences(sql, line)) {
        const known =
          reference.kind === "out" ||
          (reference.kind !== "bad" &&
            model.sources.some(
              ({ name, how }) => name === reference.name && how === reference.kind,
            ));
        if (!known) {
          throw refuse(
            line,
            `@conserve may name {{ out }} and what the model reads, not ${spell(reference)}`,
          );
        }
      }
    }
  }
}

function spell(reference: Reference): string {
  switch (reference.kind) {
    case "out":
      return "{{ out }}";
    case "bad":
      return `{{ ${reference.text} }}`;
    default:
      return reference.kind === "new" ? `{{ new ${reference.name} }}` : `{{ ${reference.name} }}`;
  }
}

function hashOf(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

export type { Rule };
