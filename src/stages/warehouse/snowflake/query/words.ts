/** Reads a statement's words as Snowflake does: which are names, texts, comments, and what stands between. Pure. */

interface Piece {
  readonly kind: "name" | "text" | "comment" | "bare";
  readonly text: string;
}

/** `"name"`, `'text'` with backslashes, `$$text$$`, three kinds of comment, or anything else. */
const PIECE =
  /"(?:[^"]|"")*"|'(?:[^'\\]|''|\\[\s\S])*'|\$\$[\s\S]*?\$\$|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[\s\S]/g;

function piecesOf(sql: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let bare = "";
  for (const [text] of sql.matchAll(PIECE)) {
    if (text.length === 1) {
      bare += text;
      continue;
    }
    pieces.push({ kind: "bare", text: bare }, { kind: kindOf(text), text });
    bare = "";
  }
  pieces.push({ kind: "bare", text: bare });
  return pieces.filter(({ text }) => text !== "");
}

function kindOf(text: string): Piece["kind"] {
  if (text.startsWith('"')) {
    return "name";
  }
  return /^['$]/.test(text) ? "text" : "comment";
}

export interface Statement {
  /** With names folded to capitals, as SQL without quotes is; `"country"` and `country` are one column everywhere else. */
  readonly sql: string;
  /** What is neither name nor text nor comment; those are blanks in it. */
  readonly bare: string;
  readonly placeholders: number;
}

export function toStatement(sql: string): Statement {
  const pieces = piecesOf(sql);
  const bare = pieces.map(({ kind, text }) => (kind === "bare" ? text : " ")).join("");
  return {
    sql: pieces.map(spelled).join(""),
    bare,
    placeholders: bare.split("?").length - 1,
  };
}

function spelled({ kind, text }: Piece): string {
  // A hint that Snowflake has no word for: it decides by itself which part of a query it keeps.
  return kind === "name"
    ? text.toUpperCase()
    : kind === "bare"
      ? text.replaceAll(/\bAS MATERIALIZED \(/g, "AS (")
      : text;
}
