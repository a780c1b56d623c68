import { type Document, Items, membersOf, type Value, valuesOf } from "./document";
import { xmlText } from "../../xmlText";

/** A document as XML elements, one inside the other. @param element name of a list's elements */
export function xmlOf(document: Document, element: "member" | "item"): string {
  return membersOf(document)
    .map(([name, value]) => `<${name}>${inside(value, element)}</${name}>`)
    .join("");
}

function inside(value: Value, element: "member" | "item"): string {
  const list = valuesOf(value);
  if (list) {
    const name = value instanceof Items ? value.element : element;
    return list.map((one) => `<${name}>${inside(one, element)}</${name}>`).join("");
  }
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object") return xmlOf(value as Document, element);
  return xmlText(String(value));
}
