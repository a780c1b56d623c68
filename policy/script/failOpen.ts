import { linesOf, type Section } from "./haproxy";

/**
 * True for a backend that no request reaches while another one, which is checked, has a usable
 * server: every rule that leads to it says `if { nbsrv(OTHER) eq 0 }`, whatever must hold besides, or none
 * leads there at all.
 */
export function isFallback(
  section: Section,
  sections: Section[],
  isChecked: (other: Section) => boolean,
): boolean {
  if (section.kind !== "backend") return false;
  const rules = sections.flatMap(({ lines }) => lines);
  const byDefault = rules.filter(([word]) => word === "default_backend");
  if (byDefault.some(([, name = ""]) => leadsTo(name, section))) return false;
  return rules
    .filter(([word, name = ""]) => word === "use_backend" && leadsTo(name, section))
    .every(([, name, ...condition]) => {
      const other = whileNone(condition.join(" "));
      if (name !== section.name || other === undefined || other === section.name) return false;
      const found = sections.find((one) => one.kind === "backend" && one.name === other);
      return found !== undefined && linesOf(found, "server").length > 0 && isChecked(found);
    });
}

/** The backend that has no usable server whenever the condition holds; conditions beside it only narrow it. */
function whileNone(condition: string): string | undefined {
  if (/(^| )(or|\|\|)( |$)/.test(condition)) return undefined;
  return /^if (?:.* )?(?<!! ?)\{ ?nbsrv\(([^)]+)\) (?:eq 0|lt 1|le 0) ?\}(?: |$)/.exec(
    condition,
  )?.[1];
}

/** A name that is worked out for each request may be any backend's. */
const leadsTo = (name: string, { name: own }: Section) => name === own || name.includes("%[");
