import type { Call } from "./types";
import type { Shell } from "./types";
import { outcome, type Outcome } from "./values";

/** Packages that bring rules of their own, open ways in or let scripts reach further. */
const RIVALS =
  /^(nftables|ufw|firewalld|iptables-persistent|netfilter-persistent|shorewall|ferm|fail2ban|arno-iptables-firewall|ipset-persistent)(=.*)?$/;
const SERVERS =
  /^(telnetd|inetutils-telnetd|rsh-server|vsftpd|proftpd\S*|samba|nfs-kernel-server|rsync-daemon|dropbear\S*|tinyssh|cockpit\S*|webmin|xrdp|tightvncserver|squid|dante-server|openvpn|wireguard\S*|tailscale|zerotier\S*|cloudflared|ngrok|frp|stunnel4?|sslh|haproxy-exporter)$/;

/** Packages that a stack may install on the Proxmox node: its filters', and their log's. */
const NODE = /^(nftables|ulogd2(-json)?|libnetfilter-log1|iproute2|ca-certificates|arping)(=.*)?$/;

/** `apt-get` and `dpkg`; undefined for other programs. */
export function apt(call: Call, shell: Shell): Outcome | undefined {
  const { name, operands, args, text } = call;
  const { host } = shell;
  if (!/^(apt|apt-get|aptitude|dpkg|dpkg-reconfigure|debconf-set-selections)$/.test(name)) {
    return undefined;
  }
  if (
    args.some((arg) =>
      /allow-unauthenticated|allow-insecure|Verify-Peer|Invoke|force-yes/i.test(arg),
    )
  ) {
    host.fault("script", text, "packages are taken from anybody, or run a hook");
  }
  const [verb = "", ...packages] = operands;
  if (
    /^(update|upgrade|dist-upgrade|full-upgrade|clean|autoclean|list|show|policy|search|download|check)$/.test(
      verb,
    )
  ) {
    return outcome();
  }
  if (
    name === "dpkg" &&
    args.some((arg) =>
      /^(-l|-L|-s|-S|--list|--status|--print-architecture|--configure|-C)$/.test(arg),
    )
  ) {
    return outcome();
  }
  if (verb === "install" || verb === "reinstall") {
    forbidden(packages, text, shell);
    const foreign = packages.find((one) => !NODE.test(one));
    if (host.options.isNode && foreign) {
      host.fault("script", text, `the Proxmox node needs no package ${foreign}`);
    }
    const file = packages.find((one) => /\.deb$|^[./]/.test(one));
    if (file) host.fault("script", text, `what is in ${file} cannot be known`);
    return outcome();
  }
  const kept = packages.filter((one) => /iptables|homelab|ulogd|openssh-server/.test(one));
  if (/^(remove|purge|autoremove|autopurge)$/.test(verb)) {
    if (kept.length > 0) host.fault("firewall", text, "the CT's firewall needs the package");
    return outcome();
  }
  host.fault("script", text, "what it does to packages is not followed");
  return outcome();
}

/** Names that no CT of a judged stack installs, wherever they stand. */
export function forbidden(names: readonly string[], text: string, shell: Shell): void {
  for (const name of names) {
    const plain = name.replace(/[+-]$/, "");
    if (RIVALS.test(plain) && !shell.host.options.isNode) {
      shell.host.fault("firewall", text, `${name} puts rules of its own in place of the CT's`);
    } else if (SERVERS.test(plain)) {
      shell.host.fault("script", text, `${name} listens for others, or lets them in`);
    } else if (/^iptables-$/.test(name)) {
      shell.host.fault("firewall", text, "the CT's firewall needs the package");
    }
  }
}
