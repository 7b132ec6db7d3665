/** What Kinesis answers when it does not do what was asked, and what that means. */

interface Answer {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly errors?: readonly Answer[];
}

/** An iterator lives for five minutes; some servers also refuse those of another life. */
export function isExpired(thrown: unknown): boolean {
  return (thrown as Answer).name === "ExpiredIteratorException";
}

/** One sentence: what refused, and in which words. */
export function sayWhy(thrown: unknown): string {
  const { name = "Error", message = "", code, errors } = thrown as Answer;
  const words =
    message === "" || message === "UnknownError" ? (errors?.[0]?.message ?? code) : message;
  return words === undefined ? name : `${name}: ${words}`;
}
