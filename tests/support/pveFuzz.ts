import type { ParamSchema, Route } from "../../pve-node/contract";

/** Chooses from what a schema allows, and beside it. */
export class RequestMaker {
  constructor(private readonly random: () => number) {}

  private pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)]!;
  }

  /** Method, path with query, and form of one request to a route. */
  request(route: Route): { method: string; path: string; form: string } {
    const names = [...route.path.matchAll(/\{(\w+)\*?\}/g)].map(([, name = ""]) => name);
    const path = route.path.replaceAll(/\{(\w+)\*?\}/g, (_, name: string) =>
      encodeURIComponent(this.value(name, route.params?.[name] ?? { type: "string" })),
    );
    const pairs: [string, string][] = [];
    for (const [name, schema] of Object.entries(route.params ?? {})) {
      if (names.includes(name)) continue;
      const chance = schema.optional === true || schema.default !== undefined ? 0.2 : 0.9;
      if (this.random() < chance) pairs.push([name, this.value(name, schema)]);
    }
    for (const { match } of route.patterns ?? []) {
      const name = ["net0", "mp0", "dev0", "unused0"].find((one) => match.test(one));
      if (name !== undefined && this.random() < 0.2)
        pairs.push([name, this.value(name, { type: "string" })]);
    }
    if (this.random() < 0.05) pairs.push([this.pick(["__proto__", "constructor", "nope"]), "1"]);
    const form = new URLSearchParams(pairs).toString();
    const body = route.method === "POST" || route.method === "PUT";
    return { method: route.method, path: body ? path : `${path}?${form}`, form: body ? form : "" };
  }

  private value(name: string, schema: ParamSchema): string {
    if (this.random() < 0.1) return this.pick(odd);
    if (schema.enum) return this.pick(schema.enum);
    if (schema.type === "boolean") return this.pick(["0", "1"]);
    const known = likely[name] ?? likely[name.replace(/\d+$/, "N")];
    if (known && this.random() < 0.9) return this.pick(known);
    if (schema.type === "integer" || schema.type === "number")
      return String((schema.minimum ?? 0) + Math.floor(this.random() * 100));
    return this.pick(words);
  }
}

const words = ["a", "web", "rec-a", "1", "192.0.2.1", "192.0.2.0/24", "2001:db8::1", "x=1,y=2"];
const odd = [
  ...[
    "",
    " ",
    "..",
    "../../etc/passwd",
    "\n",
    "a\nb: c",
    "\0",
    "é",
    "%",
    "-1",
    "0",
    "1e99",
    "null",
  ],
  ...["[object Object]", "a".repeat(5000), "$(id)", "';--", "UPID:pve1:0:0:0:x:y:z:", "__proto__"],
];

/** Values under which something is found. */
const likely: Record<string, string[]> = {
  node: ["pve1", "localhost"],
  vmid: ["101", "102", "999"],
  newid: ["101", "103", "104"],
  storage: ["local", "more"],
  volume: ["local:vztmpl/t.tar.zst", "local:101/vm-101-disk-0.raw", "local:backup/x", "mp0"],
  ostemplate: ["local:vztmpl/t.tar.zst", "local:backup/vzdump-lxc-101-2026_01_02-03_04_05.tar.gz"],
  userid: ["fuzz@pve", "other@pve", "root@pam"],
  tokenid: ["t1", "t2"],
  groupid: ["g1", "g2"],
  roleid: ["R1", "PVEAdmin"],
  roles: ["R1", "PVEAdmin"],
  poolid: ["p1", "p1/sub"],
  path: ["/", "/vms/101", "/srv/more", "/access"],
  upid: ["UPID:pve1:00000001:00000001:6B0A1B14:vzstart:101:root@pam:"],
  privs: ["VM.Audit", "VM.Audit,Sys.Audit"],
  url: ["http://127.0.0.1:9/x"],
  rootfs: ["local:1", "local:101/vm-101-disk-0.raw", "more:0.1"],
  mpN: ["local:1,mp=/d", "/srv,mp=/srv"],
  netN: ["name=eth0,bridge=vmbr0", "name=eth0,ip=dhcp", "bridge=vmbr0"],
  unusedN: ["local:101/vm-101-disk-9.raw"],
  devN: ["/dev/null", "/dev/nope"],
  iface: ["vmbr0", "vmbr1", "eth7"],
  size: ["+1G", "2G", "1"],
  disk: ["rootfs", "mp0"],
  delete: ["description", "tags", "mp0", "comment"],
  digest: ["0".repeat(40)],
  group: ["sg1", "sg2"],
  name: ["al1", "set1"],
  cidr: ["192.0.2.0/28", "192.0.2.9", "al1"],
  pos: ["0", "1"],
  source: ["192.0.2.1", "al1", "+set1"],
  vms: ["101", "101,102"],
  type: ["in"],
  action: ["ACCEPT", "DROP", "sg1"],
};
