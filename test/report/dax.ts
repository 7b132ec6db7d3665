/**
 * As much of DAX as the measures are written in, over rows in memory: what Microsoft's reference says of each function,
 * so that a measure's two forms can be held against each other. For tests only.
 */

export type Value = string | number | boolean | null;
export type Row = Readonly<Record<string, Value>>;

/** Tables as the filters leave them. */
export interface Context {
  readonly tables: ReadonlyMap<string, readonly Row[]>;
  /** Title → expression. */
  readonly measures: ReadonlyMap<string, string>;
  /** The row that FILTER looks at. */
  readonly row?: Row;
}

type Result = Value | readonly Row[];
type Node = (context: Context) => Result;

/** What an expression gives; BLANK is null. */
export function evaluate(dax: string, context: Context): Value {
  const parser = new Parser(dax);
  const node = parser.comparison();
  parser.end();
  return one(node(context));
}

function one(result: Result): Value {
  if (Array.isArray(result)) {
    throw new TypeError("a table stands where a value should");
  }
  return result as Value;
}

const TOKEN =
  /\s*(?:'((?:[^']|'')*)'|\[((?:[^\]]|\]\])*)\]|"((?:[^"]|"")*)"|(\d+(?:\.\d+)?)|([A-Z]+)|(&&|>=|<=|[<>=&(),]))/y;

interface Token {
  readonly kind: "table" | "bracket" | "text" | "number" | "word" | "sign";
  readonly text: string;
}

const KINDS: readonly Token["kind"][] = ["table", "bracket", "text", "number", "word", "sign"];

function tokens(dax: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < dax.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(dax);
    const index = (match ?? []).slice(1).findIndex((part) => part !== undefined);
    if (match === null || index < 0) {
      throw new TypeError(`not understood at ${at}: ${dax.slice(at, at + 20)}`);
    }
    const text = (match[index + 1] ?? "").replaceAll("''", "'").replaceAll("]]", "]");
    found.push({ kind: KINDS[index] ?? "sign", text: text.replaceAll('""', '"') });
  }
  return found;
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(dax: string) {
    this.#tokens = tokens(dax);
  }

  end(): void {
    if (this.#at !== this.#tokens.length) {
      throw new TypeError(`something follows: ${this.#tokens[this.#at]?.text}`);
    }
  }

  /** From loose to tight: &&, comparison, &, one value. */
  comparison(): Node {
    const left = this.#compared();
    if (!this.#takes("&&")) {
      return left;
    }
    const right = this.comparison();
    return (context) => one(left(context)) === true && one(right(context)) === true;
  }

  #compared(): Node {
    const left = this.#joined();
    for (const sign of [">=", "<"] as const) {
      if (this.#takes(sign)) {
        const right = this.#joined();
        return (context) => compare(one(left(context)), one(right(context)), sign);
      }
    }
    return left;
  }

  #joined(): Node {
    const left = this.#value();
    if (!this.#takes("&")) {
      return left;
    }
    const right = this.#joined();
    return (context) => `${one(left(context)) ?? ""}${one(right(context)) ?? ""}`;
  }

  #value(): Node {
    const token = this.#tokens[this.#at++];
    switch (token?.kind) {
      case "text":
        return () => token.text;
      case "number":
        return () => Number(token.text);
      case "bracket":
        return (context) => evaluate(context.measures.get(token.text) ?? "", context);
      case "table":
        return this.#tableOrColumn(token.text);
      case "word":
        return token.text === "NOT" ? this.#not() : this.#call(token.text);
      default:
        throw new TypeError(`a value is missing before ${token?.text}`);
    }
  }

  #not(): Node {
    const value = this.#value();
    return (context) => one(value(context)) !== true;
  }

  #tableOrColumn(table: string): Node {
    const next = this.#tokens[this.#at];
    if (next?.kind !== "bracket") {
      return (context) => context.tables.get(table) ?? [];
    }
    this.#at += 1;
    const node: Node = (context) => context.row?.[next.text] ?? null;
    // Functions of a column need its place, not the value in a row.
    return Object.assign(node, { column: { table, name: next.text } });
  }

  #call(name: string): Node {
    const given: Node[] = [];
    this.#expect("(");
    while (!this.#takes(")")) {
      given.push(this.comparison());
      this.#takes(",");
    }
    const call = FUNCTIONS[name];
    if (call === undefined) {
      throw new TypeError(`${name} is not known here`);
    }
    return (context) => call(given, context);
  }

  #takes(sign: string): boolean {
    const token = this.#tokens[this.#at];
    const takes = token?.kind === "sign" && token.text === sign;
    this.#at += takes ? 1 : 0;
    return takes;
  }

  #expect(sign: string): void {
    if (!this.#takes(sign)) {
      throw new TypeError(`${sign} is missing`);
    }
  }
}

/** BLANK is 0 beside a number. */
function compare(left: Value, right: Value, sign: ">=" | "<"): boolean {
  const [a, b] = [Number(left ?? 0), Number(right ?? 0)];
  return sign === "<" ? a < b : a >= b;
}

interface ColumnRef {
  readonly table: string;
  readonly name: string;
}

function columnOf(node: Node | undefined): ColumnRef {
  const { column } = node as Node & { readonly column?: ColumnRef };
  if (column === undefined) {
    throw new TypeError("a column is wanted");
  }
  return column;
}

/** All values of a column in the filter context. */
function all(node: Node | undefined, context: Context): Value[] {
  const { table, name } = columnOf(node);
  return (context.tables.get(table) ?? []).map((row) => row[name] ?? null);
}

function known(node: Node | undefined, context: Context): Value[] {
  return all(node, context).filter((value) => value !== null);
}

function numbers(node: Node | undefined, context: Context): number[] {
  return known(node, context).map(Number);
}

function rows(node: Node | undefined, context: Context): readonly Row[] {
  const result = node?.(context) ?? [];
  if (!Array.isArray(result)) {
    throw new TypeError("a table is wanted");
  }
  return result as readonly Row[];
}

function orBlank(count: number): Value {
  return count === 0 ? null : count;
}

function best(values: readonly Value[], wins: (a: Value, b: Value) => boolean): Value {
  return values.reduce<Value>(
    (held, value) => (held === null || wins(value, held) ? value : held),
    null,
  );
}

const FUNCTIONS: Readonly<Record<string, (given: readonly Node[], context: Context) => Result>> = {
  COUNTROWS: ([table], context) => orBlank(rows(table, context).length),
  COUNTA: ([column], context) => orBlank(known(column, context).length),
  DISTINCTCOUNTNOBLANK: ([column], context) => orBlank(new Set(known(column, context)).size),
  HASONEVALUE: ([column], context) => new Set(all(column, context)).size === 1,
  AVERAGE: ([column], context) => {
    const values = numbers(column, context);
    return values.length === 0 ? null : values.reduce((sum, each) => sum + each, 0) / values.length;
  },
  SUM: ([column], context) => {
    const values = numbers(column, context);
    return values.length === 0 ? null : values.reduce((sum, each) => sum + each, 0);
  },
  MIN: ([column], context) => best(known(column, context), (a, b) => (a ?? 0) < (b ?? 0)),
  MAX: ([column], context) => best(known(column, context), (a, b) => (a ?? 0) > (b ?? 0)),
  ISBLANK: ([value], context) => one(value?.(context) ?? null) === null,
  IF: ([when, then, otherwise], context) =>
    one(when?.(context) ?? null) === true
      ? (then?.(context) ?? null)
      : (otherwise?.(context) ?? null),
  SUMMARIZE: ([table, ...by], context) => {
    const names = by.map((column) => columnOf(column).name);
    const seen = new Map(
      rows(table, context).map((row) => {
        const key = names.map((name): [string, Value] => [name, row[name] ?? null]);
        return [JSON.stringify(key), Object.fromEntries(key)];
      }),
    );
    return [...seen.values()];
  },
  FILTER: ([table, keep], context) =>
    rows(table, context).filter((row) => one(keep?.({ ...context, row }) ?? null) === true),
  SELECTEDVALUE: ([column, otherwise], context) => {
    const [value, ...others] = new Set(all(column, context));
    return value === undefined || others.length > 0 ? (otherwise?.(context) ?? null) : value;
  },
  SWITCH: ([of, ...cases], context) => {
    const value = one(of?.(context) ?? null);
    const at = cases.findIndex((when, i) => i % 2 === 0 && one(when(context)) === value);
    return at < 0 ? null : (cases[at + 1]?.(context) ?? null);
  },
};
