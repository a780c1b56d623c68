/** Text that may stand anywhere in HTML and SVG: between tags and in quoted attributes. */
export function escaped(text: string | number): string {
  return String(text).replace(
    /[&<>"']/g,
    (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[char]!,
  );
}

/** Markup that is inserted as it is; everything else is escaped. */
export class Markup {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

type Part = Markup | string | number | false | undefined | readonly Part[];

/** A template whose values are escaped, unless they are markup themselves; nothing for `false`. */
export function markup(parts: TemplateStringsArray, ...values: Part[]): Markup {
  return new Markup(parts.reduce((text, part, at) => text + textOf(values[at - 1]) + part));
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "string" || typeof part === "number") return escaped(part);
  return part.map(textOf).join("");
}
