/** The key that this command line shows to pipelines: from the environment, never from an argument that `ps` tells. */

let key: string | undefined;

/** Takes MILLRACE_KEY; a text that no header could hold is left out. */
export function takeKey(text: string | undefined): void {
  const trimmed = (text ?? "").trim();
  key = /^[\x21-\x7e]{1,8192}$/.test(trimmed) ? trimmed : undefined;
}

export function keyHeaders(): Readonly<Record<string, string>> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}
