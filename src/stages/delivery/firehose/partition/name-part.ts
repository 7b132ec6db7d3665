/** A partition's key as a part of an object's name. Pure. */

const PLAIN = /[A-Za-z0-9_+.-]/;

/**
 * The key with every character that names here may not have as `=` and two hex digits per byte, like quoted-printable:
 * `New York` is `New=20York`. A slash stays, and makes a folder, as on S3.
 */
export function toNamePart(key: string): string {
  return key.split("/").map(encodePart).join("/");
}

function encodePart(part: string): string {
  let text = "";
  for (const [place, character] of Array.from(part).entries()) {
    const leadingDot = place === 0 && character === ".";
    text += PLAIN.test(character) && !leadingDot ? character : encode(character);
  }
  return text;
}

function encode(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}
