/** The API reference as a page, made from the OpenAPI document: all of it is there before any script runs. Pure. */

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly description?: string }>>;
}

interface Media {
  readonly example?: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

interface Document {
  readonly info: { readonly title: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export function docsPage(given: unknown): string {
  // What openApiDocument made; its test proves the shape.
  const { info, paths } = given as Document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags ?? []))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => operation.tags?.includes(tag));
    return `<section id="${slug(tag)}"><h2>${escape(tag)}</h2>${own.map(operationHtml).join("")}</section>`;
  });
  const links = tags.map((tag) => `<a href="#${slug(tag)}">${escape(tag)}</a>`).join(" ");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(info.title)}: API</title>
<link rel="stylesheet" href="/docs/page.css"><script src="/docs/page.js" defer></script></head><body>
<header><h1>${escape(info.title)}: API</h1><p>${escape(info.description)}</p>
<p><a href="/openapi.json">openapi.json</a> <a href="/postman.json">postman.json</a> <a href="/">dashboard</a></p>
<label>Key, where keys are needed <input id="key" type="password" autocomplete="off"></label>
<nav aria-label="Sections">${links}</nav></header><main>${sections.join("\n")}</main></body></html>
`;
}

interface Shown {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function operationHtml({ path, method, operation }: Shown): string {
  const { summary = "", description = "", parameters = [], requestBody, responses } = operation;
  const fields = parameters.map(fieldHtml).join("");
  const json = requestBody?.content["application/json"];
  const example = json === undefined ? "" : JSON.stringify(json.example ?? {}, undefined, 2);
  const body =
    json === undefined
      ? ""
      : `<label>Body<textarea rows="8" spellcheck="false">${escape(example)}</textarea></label>`;
  const answers = Object.entries(responses).map(
    ([status, { description: says = "" }]) =>
      `<tr><th scope="row">${status}</th><td>${escape(says)}</td></tr>`,
  );
  return `<details><summary><b class="${method}">${method.toUpperCase()}</b> <code>${escape(path)}</code> <span>${escape(summary)}</span></summary>
<p>${escape(description)}</p><form data-method="${method.toUpperCase()}" data-path="${escape(path)}">${fields}${body}
<button>Try it</button><output aria-live="polite"></output></form>
<table><caption>Answers</caption>${answers.join("")}</table></details>`;
}

function fieldHtml({
  name,
  in: where,
  required = false,
  description = "",
  schema,
}: Parameter): string {
  const { type, format, minimum, maximum } = schema;
  const facts = [
    type,
    format,
    minimum === undefined ? "" : `from ${JSON.stringify(minimum)}`,
    maximum === undefined ? "" : `to ${JSON.stringify(maximum)}`,
  ];
  const told = `${facts.filter(Boolean).join(" ")}${required ? ", required" : ""}`;
  return `<label><code>${escape(name)}</code> <small>${escape(`${where} · ${told}`)}</small><input data-in="${escape(where)}" name="${escape(name)}"${required ? " required" : ""}><small>${escape(description)}</small></label>`;
}

function slug(text: string): string {
  return text.toLowerCase().replaceAll(/\W+/g, "-");
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
