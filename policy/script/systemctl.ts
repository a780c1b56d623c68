import type { Call } from "./types";
import type { Shell } from "./types";
import { isKnown, outcome, type Outcome } from "./values";

const LOOKS =
  /^(is-active|is-enabled|is-failed|status|cat|show|list-\S+|daemon-reload|reset-failed|help|get-default)$/;
const ORDERS =
  /^(start|stop|restart|reload|try-restart|reload-or-restart|enable|disable|reenable|mask|unmask)$/;
/** Orders after which a unit runs that may not have run before. */
const RUNS = /^(start|restart|try-restart|reload-or-restart|enable|reenable)$/;
/** Units that put rules of their own in place of the CT's. */
const RIVALS =
  /^(nftables|ufw|firewalld|netfilter-persistent|iptables|ip6tables|shorewall)(\.service)?$/;
/** Units that a CT of a stack, or its Proxmox node, has reason to start. */
const EXPECTED =
  /^(homelab-.*|docker|containerd|haproxy|postgresql.*|ssh|sshd|ulogd2?|networking|systemd-.*|dbus|cron|apparmor|fuse.*|unattended-upgrades|apt-daily.*|chrony|ntpsec|e2scrub.*|.*-wait-online)\.(service|socket|timer|target)$/;
/** Units without which nobody gets in, or sees what happens. */
const NEEDED =
  /^(ssh|sshd|systemd-(journald|networkd|resolved|logind)|networking|dbus|cron)\.(service|socket)$/;
/** Those that a stack may order about on the Proxmox node. */
const NODE = /^(homelab-.*|ulogd2?)\.(service|timer|socket)$/;
const FIREWALL = "homelab-firewall.service";

export const unitName = (unit: string): string =>
  /\.[a-z]+$/.test(unit) ? unit : `${unit}.service`;

/** `systemctl`, and the older `service`; undefined for other programs. */
export function systemctl(call: Call, shell: Shell): Outcome | undefined {
  const { name, operands, text } = call;
  const { host } = shell;
  if (
    name !== "systemctl" &&
    name !== "service" &&
    name !== "invoke-rc.d" &&
    name !== "update-rc.d"
  ) {
    return undefined;
  }
  const [verb = "", ...units] =
    name === "systemctl" ? operands : [operands[1] ?? "status", operands[0] ?? ""];
  const isRoot = call.args.some((arg) =>
    /^(--root|-H|--host|-M|--machine|--user|--runtime)/.test(arg),
  );
  if (isRoot) host.fault("script", text, "it is for another machine, or for a while only");
  if (LOOKS.test(verb)) return outcome(verb === "daemon-reload" ? true : undefined);
  if (!ORDERS.test(verb) || !isKnown(verb) || name === "update-rc.d") {
    host.fault("script", text, `what "systemctl ${verb}" does is not followed`);
    return outcome();
  }
  for (const unit of units) order(verb, unit, call, shell);
  return outcome(true, "");
}

function order(verb: string, unit: string, { args, text }: Call, shell: Shell): void {
  const { host, machine } = shell;
  if (!isKnown(unit) || /[*?[]/.test(unit)) {
    host.fault("script", text, "the unit cannot be known");
    return;
  }
  const full = unitName(unit);
  const starts =
    /^(start|restart|enable|unmask|reenable|reload|try-restart|reload-or-restart)$/.test(verb);
  const isOwn = [...machine.files].some(([file, is]) => is !== null && file.endsWith(`/${full}`));
  if (RUNS.test(verb) && !isOwn && !EXPECTED.test(full)) {
    host.fault("unit", text, "what the unit runs cannot be known");
  }
  if (RIVALS.test(full) && starts) {
    host.fault("firewall", text, "the unit puts rules of its own in place of the CT's");
  }
  if (/^(sysinit|basic|network-pre|network|multi-user|ulogd2?)\.(target)$/.test(full) && !starts) {
    host.fault("script", text, "other units need it");
  }
  if (NEEDED.test(full) && /^(stop|disable|mask)$/.test(verb)) {
    host.fault("script", text, "the CT is not reached, or tells nothing, without it");
  }
  if (host.options.isNode && !NODE.test(full)) {
    host.fault("unit", text, "the unit is not the stack's");
  }
  const now = args.includes("--now");
  const set = (kind: string, value: string) => machine.units.set(`${kind} ${full}`, value);
  if (/^(enable|reenable)$/.test(verb)) set("enabled", "yes");
  if (verb === "disable") set("enabled", "no");
  if (verb === "mask" || verb === "unmask") set("masked", verb === "mask" ? "yes" : "no");
  if (/^(start|restart|reload|try-restart|reload-or-restart)$/.test(verb) || (now && starts)) {
    set("active", "yes");
  }
  if (verb === "stop" || (now && /^(disable|mask)$/.test(verb))) set("active", "no");
  // Its stop takes nothing away, but what requires it stops with it; nobody has a reason to.
  if (full === FIREWALL && /^(stop|disable|mask)$/.test(verb)) {
    host.fault(
      "firewall",
      text,
      "the unit loads the rules, and the service does not run without it",
    );
  }
}
