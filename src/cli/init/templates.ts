/** The templates of `millrace init`: what each is, and where its files are. */

export interface Template {
  /** For people who choose. */
  readonly about: string;
  /** Folder of `examples` whose files it has, beside those of its own folder of `templates`. */
  readonly example: string | undefined;
  /** How it is started; by itself when a secret must be given first. */
  readonly start: string;
}

export const TEMPLATES = {
  blank: {
    about: "one stream, one model: the smallest pipeline that is whole",
    example: undefined,
    start: "npm start",
  },
  people: {
    about: "JSON over POST, a policy for each field, the newest row per id with history",
    example: "people",
    start: "npm start",
  },
  "food-market": {
    about: "wide rows from a source of its own, SQL models, read APIs, candlesticks",
    example: "food-market",
    start: "npm start",
  },
  webhook: {
    about: "GitHub's signed webhooks, flattened into rows",
    example: undefined,
    start: "GITHUB_WEBHOOK_SECRET=choose-a-long-one npm start",
  },
} as const satisfies Readonly<Record<string, Template>>;

export type TemplateName = keyof typeof TEMPLATES;

export const TEMPLATE_NAMES = Object.keys(TEMPLATES) as readonly TemplateName[];

export function toTemplateName(text: string): TemplateName | undefined {
  return TEMPLATE_NAMES.find((name) => name === text);
}
