import { escaped } from "./report/html";

/** A text as XML holds it, in elements and attributes. Characters that XML 1.0 (section 2.2) cannot hold are left out. */
export function xmlText(text: string): string {
  const allowed = [...text].filter(
    (sign) =>
      (sign >= " " || "\t\n\r".includes(sign)) && !/[\p{Surrogate}\uFFFE\uFFFF]/u.test(sign),
  );
  return escaped(allowed.join(""));
}
