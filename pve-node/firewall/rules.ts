import type { FirewallFile, FirewallRule } from "../codec/firewall";
import type { ParamSchema } from "../contract";
import { failure, parameterError } from "../errors";
import { splitList } from "../http/formats";
import { addressWrong, aliasName, familyOf, portsWrong, setName } from "./addresses";
import { MACROS } from "./macros";

const text: ParamSchema = { type: "string", optional: true };
const ruleTypes = ["in", "out", "forward", "group"];
export const logLevels = "emerg,alert,crit,err,warning,notice,info,debug,nolog".split(",");

/** A format's text as the verifier expects it. */
const format = (wrong: (value: string) => string | undefined) => (value: string) => {
  const said = wrong(value);
  return said === undefined ? undefined : `invalid format - ${said}`;
};

export const digest: ParamSchema = { type: "string", maxLength: 64, optional: true };

/** Parameters of a rule. */
export const ruleParams: Record<string, ParamSchema> = {
  type: { type: "string", enum: ruleTypes, optional: true },
  action: {
    type: "string",
    pattern: /^[A-Za-z][A-Za-z0-9\-_]+$/,
    minLength: 2,
    maxLength: 20,
    optional: true,
  },
  macro: { ...text, maxLength: 128 },
  iface: { ...text, format: "pve-iface", minLength: 2, maxLength: 20 },
  source: { ...text, check: format(addressWrong), maxLength: 512 },
  dest: { ...text, check: format(addressWrong), maxLength: 512 },
  proto: { ...text, pattern: /^[a-z0-9][a-z0-9.-]*$/i },
  enable: { type: "integer", minimum: 0, optional: true },
  dport: { ...text, check: format(portsWrong), requires: "proto" },
  sport: { ...text, check: format(portsWrong), requires: "proto" },
  "icmp-type": { ...text, pattern: /^[a-z0-9][a-z0-9/-]*$/i },
  log: { ...text, enum: logLevels },
  comment: { ...text, multiline: true },
  digest,
};

const keys = [
  "macro",
  "iface",
  "source",
  "dest",
  "proto",
  "dport",
  "sport",
  "icmp-type",
  "log",
  "comment",
] as const;

type Params = Record<string, string | number | boolean>;

/** A rule with what a call says of it. */
export function changedRule(rule: FirewallRule, params: Params): FirewallRule {
  const result = { ...rule };
  for (const key of splitList(String(params.delete ?? "")))
    if ((keys as readonly string[]).includes(key)) delete result[key as (typeof keys)[number]];
  if (params.type !== undefined) result.type = String(params.type);
  if (params.action !== undefined) result.action = String(params.action);
  if (params.enable !== undefined) result.enable = Number(params.enable) > 0 ? 1 : 0;
  for (const key of keys) if (params[key] !== undefined) result[key] = String(params[key]);
  return result;
}

/**
 * Checks a rule against what it names.
 * @param own the file that it is in
 * @param cluster the file that all share
 * @throws PveError 400 with Proxmox's texts
 */
export function checkRule(rule: FirewallRule, own: FirewallFile, cluster: FirewallFile): void {
  const errors: Record<string, string> = {};
  if (rule.type === "group") {
    if (!cluster.groups.has(rule.action)) errors.action = `no such security group '${rule.action}'`;
  } else if (!/^(?:ACCEPT|DROP|REJECT)$/.test(rule.action))
    errors.action = `unknown action '${rule.action}'`;
  if (
    rule.macro !== undefined &&
    !MACROS.some((m) => m.toLowerCase() === rule.macro!.toLowerCase())
  )
    errors.macro = `unknown macro '${rule.macro}'`;
  const families = new Set<number>();
  for (const key of ["source", "dest"] as const) {
    const value = rule[key];
    if (value === undefined) continue;
    const missing = missingName(value, own, cluster);
    if (missing !== undefined) errors[key] = missing;
    for (const item of value.split(/[,-]/)) if (familyOf(item) !== 0) families.add(familyOf(item));
    if (families.size > 1) errors[key] ??= "detected mixed ipv4/ipv6 addresses in rule";
  }
  if (Object.keys(errors).length > 0) throw parameterError(errors);
}

function missingName(value: string, own: FirewallFile, cluster: FirewallFile): string | undefined {
  const name = value.replace(/^\+?(?:(?:dc|guest)\/)?/, "");
  const files = value.includes("dc/")
    ? [cluster]
    : value.includes("guest/")
      ? [own]
      : [own, cluster];
  if (setName.test(value))
    return files.some((file) => file.ipsets.has(name)) ? undefined : `no such ipset '${name}'`;
  if (!aliasName.test(value)) return undefined;
  return files.some((file) => file.aliases.has(name)) ? undefined : `no such alias '${name}'`;
}

/** A rule of a list. @throws PveError 500 when there is none at the position */
export function ruleAt(rules: FirewallRule[], pos: unknown): FirewallRule {
  const rule = rules[Number(pos)];
  if (!rule) throw failure(`no rule at position ${Number(pos)}`);
  return rule;
}
