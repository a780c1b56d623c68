import { readFile } from "./redirections";
import type { Call } from "./types";
import type { Shell } from "./types";
import { isKnown, outcome, type Outcome } from "./values";

/** What may run in a CT by way of the node: looks, and what moves a database. */
const INSIDE = /^(cat|tee|runuser|psql|pg_dump|pg_restore|ls|df|true|test|hostname|uptime|free)$/;

/** `nft` on the Proxmox node, which has its own filters; undefined for other programs. */
export function nft(call: Call, shell: Shell): Outcome | undefined {
  const { name, args, stdin, text } = call;
  if (name !== "nft") return undefined;
  const { host, machine } = shell;
  const at = args.findIndex((arg) => /^(-f|--file)$/.test(arg));
  if (args.some((arg) => /^(list|-c|--check|-v)$/.test(arg))) return outcome();
  const given =
    at < 0
      ? args.filter((arg) => !arg.startsWith("-")).join(" ")
      : args[at + 1] === "-"
        ? stdin
        : readFile(args[at + 1] ?? "", shell);
  if (given === undefined || !isKnown(given)) {
    host.fault("firewall", text, "the rules that it loads cannot be known");
    return outcome();
  }
  if (!machine.nft.includes(given)) machine.nft.push(given);
  return outcome(true, "");
}

/** Proxmox's own programs. What runs inside a CT by way of the node may look, and move the database. */
export function pct(call: Call, shell: Shell): Outcome | undefined {
  const { name, args, text } = call;
  const { host } = shell;
  if (
    /^(qm|pvesh|pveum|pvesm|pvecm|pvenode|pve-\w+|ha-manager|vzdump|pmxcfs|pvesr|lxc-\w+|lxc)$/.test(
      name,
    )
  ) {
    host.fault("script", text, "it changes Proxmox beside its resources");
    return outcome();
  }
  if (name !== "pct") return undefined;
  const [verb = "", , ...rest] = args;
  if (/^(status|config|list|df)$/.test(verb)) return outcome();
  if (verb !== "exec") {
    host.fault("script", text, "it changes a CT beside its resource");
    return outcome();
  }
  const words = rest[0] === "--" ? rest.slice(1) : rest;
  if (!words.every(isKnown)) {
    host.fault("script", text, "what it runs in the CT cannot be known");
    return outcome();
  }
  const inside = host.another({
    watch: ([program = ""]) => {
      if (INSIDE.test(program)) return;
      host.fault("script", text, "it changes the inside of a CT from the node");
    },
  });
  const other = inside.shell(call.stdin);
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const result = other.apart(quoted, [], call.stdin);
  other.finish();
  for (const fault of inside.faults) host.fault(fault.area, text, fault.why);
  const { machine } = inside;
  if (machine.ipv4.text() + machine.ipv6.text() !== "" || machine.files.size > 0) {
    const own = [...machine.files.keys()].every((path) =>
      /^\/var\/lib\/postgresql\/homelab-/.test(path),
    );
    if (!own) host.fault("script", text, "it changes the inside of a CT from the node");
  }
  return outcome(undefined, result.output);
}
