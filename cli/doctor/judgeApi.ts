import {
  bridgeProblems,
  diskProblems,
  guestProblems,
  memoryWarnings,
  type Needs,
  nodeProblems,
  pendingNetworkProblems,
  storageProblems,
  templateProblems,
} from "../../lib/preflight/preflightRules";
import { neededPrivileges } from "../../lib/stack/privileges";
import { atLeast, type Finding, ok } from "../prerequisites/findings";
import type { ApiFacts } from "./nodeFacts";

/** Findings about what the stack's token sees; each is a function of the answers. */

/** A rule's text, `subject: what is wrong; what to do`, as a finding. */
export function finding(level: "warning" | "error", text: string): Finding {
  const [, subject = "Proxmox", rest = text] = /^([^:]+): ([^]*)$/.exec(text) ?? [];
  const at = rest.indexOf("; ");
  return at < 0
    ? { subject, level, found: rest, remedy: "" }
    : { subject, level, found: rest.slice(0, at), remedy: rest.slice(at + 2) };
}

export function judgeVersion(version: string): Finding {
  const subject = "Proxmox VE";
  if (!atLeast(version, [8, 0])) {
    const remedy = "upgrade it: 8.4 or later is needed";
    return { subject, level: "error", found: `version ${version}`, remedy };
  }
  if (/^8\.4\b|^9\.[0-2]\b/.test(version)) return ok(subject, `version ${version}`);
  return {
    subject,
    level: "warning",
    found: `version ${version}`,
    remedy: "known are 8.4 and 9.0 to 9.2; others may answer differently",
  };
}

/** Privileges one by one: which is missing, where, and what for. */
export function judgePrivileges(held: ApiFacts["held"], node: string, token: string): Finding[] {
  const needed = neededPrivileges(node);
  const missing = needed.filter(({ privilege, path }) => !held.get(path)?.has(privilege));
  if (missing.length === 0) {
    return [ok("privileges", `token ${token} has all ${needed.length} that are needed`)];
  }
  const user = token.split("!")[0];
  return missing.map(({ privilege, path, use }) => ({
    subject: "privileges",
    level: "error" as const,
    found: `token ${token} has no ${privilege} on ${path} (to ${use})`,
    remedy:
      `give it to a role of ${user} there: pveum role modify ROLE --append 1 --privs ${privilege}; ` +
      `pveum acl modify ${path} --users ${user} --roles ROLE`,
  }));
}

/** @param before what the stack's preflight last passed with; undefined: the stack is new */
export function judgeNode(facts: ApiFacts, needs: Needs, before: Needs | undefined): Finding[] {
  const gone = nodeProblems(facts.nodes, needs);
  if (gone.length > 0) return gone.map((text) => finding("error", text));
  const errors = [
    ...storageProblems(facts.storages, needs),
    ...templateProblems(facts.templates, needs),
    ...bridgeProblems(facts.interfaces, needs, before),
    ...pendingNetworkProblems(facts.interfaces, facts.changes, needs),
    ...guestProblems(facts.guests, [], needs, before),
    ...diskProblems(facts.guests, needs, before),
    ...roomProblems(facts, needs),
  ].map((text) => finding("error", text));
  const warnings = [...memoryWarnings(facts.nodes, needs), ...movingCts(facts, needs)].map((text) =>
    finding("warning", text),
  );
  if (errors.length > 0) return [...errors, ...warnings];
  const { nodeName, storage, template, lanBridge, privateBridge, cts } = needs;
  return [
    ok("node", `${nodeName} is online`),
    ok("storage", `${storage} holds CT disks, template ${template} is there`),
    ok("bridges", `${lanBridge} is there, ${privateBridge} is free or this stack's`),
    ok("vmids", `${cts.map(({ vmid }) => vmid).join(", ")} are free or this stack's`),
    ...warnings,
  ];
}

/** Disks that are still to be made must fit; a thin storage takes less at first, and all of it in the end. */
function roomProblems({ storages, guests }: ApiFacts, { cts, storage }: Needs): string[] {
  const avail = storages.find((entry) => entry.storage === storage)?.avail;
  if (avail === undefined) return [];
  const wanted = cts
    .filter(({ vmid }) => !guests.some((guest) => Number(guest.vmid) === vmid))
    .reduce((sum, { diskGiB }) => sum + diskGiB, 0);
  const free = Math.floor(avail / 1024 ** 3);
  if (wanted <= free) return [];
  return [
    `storage: "${storage}" has too little room, got ${free} GiB free where ${wanted} GiB of disks are to be made; ` +
      "free some, take another storage, or lower lbDiskGiB, appDiskGiB or dbDiskGiB",
  ];
}

/** High availability moves CTs to nodes that lack the private bridge and the filters. */
function movingCts({ highlyAvailable }: ApiFacts, { cts }: Needs): string[] {
  const moving = cts.filter(({ vmid }) => highlyAvailable.includes(vmid));
  if (moving.length === 0) return [];
  const ids = moving.map(({ vmid }) => vmid);
  return [
    `high availability: may move ${ids.map((id) => `CT ${id}`).join(", ")} to a node without the private bridge; ` +
      `take them out: ${ids.map((id) => `ha-manager remove ct:${id}`).join("; ")}`,
  ];
}
