/** A partition's key as a part of an object's name. Pure. */

const PLAIN = /[A-Za-z0-9_+.-]/;

/**
 * The key with every character that names here may not have as `=` and two hex digits per byte, like quoted-printable:
 * `a:b` is `a=3Ab`. A space stays, but at an end of the key. A slash stays, and makes a folder, as on S3.
 */
export function toNamePart(key: string): string {
  return key.split("/").map(encodePart).join("/");
}

function encodePart(part: string): string {
  let text = "";
  const characters = Array.from(part);
  for (const [place, character] of characters.entries()) {
    const leadingDot = place === 0 && character === ".";
    const innerSpace = character === " " && place > 0 && place < characters.length - 1;
    text += (PLAIN.test(character) && !leadingDot) || innerSpace ? character : encode(character);
  }
  return text;
}

function encode(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}
