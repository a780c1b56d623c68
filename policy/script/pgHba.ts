/** One record of a pg_hba.conf. */
export interface HbaRecord {
  /** `local`, `host`, `hostssl`, … or an `include` directive. */
  type: string;
  database: string;
  user: string;
  /** CIDR, name or keyword; empty for `local`. */
  address: string;
  method: string;
}

/** Records of a pg_hba.conf, in order; the options behind the method are left out. */
export function parseHba(text: string): HbaRecord[] {
  const records: HbaRecord[] = [];
  for (const line of text.replaceAll("\\\n", "").split("\n")) {
    const fields = fieldsOf(line);
    const [type, database = "", user = ""] = fields;
    if (type === undefined) continue;
    if (type === "local") {
      records.push({ type, database, user, address: "", method: fields[3] ?? "" });
      continue;
    }
    const address = fields[3] ?? "";
    // `10.0.0.1 255.255.255.255`, the older way to write a prefix
    const mask = /^\d+\.\d+\.\d+\.\d+$/.test(fields[4] ?? "") ? fields[4] : undefined;
    records.push({
      type,
      database,
      user,
      address: mask ? `${address}/${prefixOf(mask)}` : address,
      method: fields[mask ? 5 : 4] ?? "",
    });
  }
  return records;
}

export function hbaText({ type, database, user, address, method }: HbaRecord): string {
  return [type, database, user, address, method].filter((field) => field !== "").join(" ");
}

function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  for (const [token] of line.matchAll(/#.*|(?:"(?:[^"]|"")*"|[^\s"#])+/g)) {
    if (token.startsWith("#")) break;
    fields.push(token.replaceAll('""', "\0").replaceAll('"', "").replaceAll("\0", '"'));
  }
  return fields;
}

function prefixOf(mask: string): number {
  const bits = mask.split(".").map((part) => Number(part).toString(2).padStart(8, "0"));
  return bits.join("").replace(/0+$/, "").length;
}
