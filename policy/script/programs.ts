import { apt } from "./apt";
import { docker } from "./dockerCommand";
import { files } from "./fileCommands";
import { nft, pct } from "./nodeCommands";
import { psql } from "./sql";
import { areaOf, absolute, type Area } from "./judgedPaths";
import { printed } from "./printed";
import { readFile } from "./redirections";
import { runText } from "./builtins";
import type { Call } from "./types";
import type { Shell } from "./types";
import { systemctl } from "./systemctl";
import { isKnown, outcome, type Outcome } from "./values";

/** Programs that read, print or wait, and change nothing, whatever they are given. */
const READERS = new Set(
  (
    "cat grep egrep fgrep zgrep head tail wc cut uniq tr sha256sum sha1sum md5sum cksum stat ls " +
    "hostname id whoami uname date seq sleep expr basename dirname readlink realpath which getent " +
    "free df du ps pgrep journalctl dpkg-query apt-cache apt-mark ldd ping nproc pwd jq ss printenv " +
    "comm diff cmp column fold nl od xxd hexdump base64 tac rev paste join file arch lsb_release " +
    "uptime who last lsblk findmnt mountpoint lscpu lsof locale tty clear sync true false test printf " +
    "echo udevadm dmesg pidof fuser nslookup dig host tracepath numfmt factor yes md5 b2sum logger " +
    "systemd-detect-virt systemd-analyze timedatectl kill pkill getconf dpkg-architecture pveversion " +
    "ulogd pg_lsclusters pg_isready command iconv strings zcat"
  ).split(" "),
);
/** Other programs that are refused, with the area that they belong to. */
const REFUSED: readonly [RegExp, Area, string][] = [
  [
    /^(x?tables|arptables|ebtables)|^xtables-|^(ipset|conntrack|ufw|firewall-cmd|firewalld|shorewall|ferm|netfilter-persistent|iptables-apply|ipvsadm|nft|pve-firewall)$/,
    "firewall",
    "it changes a firewall in a way that is not followed",
  ],
  [
    /^(ip|ifconfig|route|brctl|bridge|tc|ethtool|ifup|ifdown|ifreload|dhclient|nmcli|networkctl|wg|openvpn|modprobe|insmod|rmmod|mount|umount|bpftool|nsenter|unshare|chroot|pivot_root|iw)$/,
    "network",
    "it changes the network or what the CT sees of its node",
  ],
  [
    /^(useradd|adduser|usermod|userdel|groupadd|addgroup|gpasswd|passwd|chpasswd|visudo|vipw|chsh|ssh-keygen|ssh-copy-id|sshd|loginctl|setcap)$/,
    "access",
    "it changes who may log in",
  ],
  [
    /^(sh|bash|dash|ash|zsh|ksh|python\d?[.\d]*|perl|ruby|node|lua|php|tclsh|expect|ed|ex|vi|vim|m4|make|gdb|script|parallel|watch|at|batch|crontab|ssh|scp|sftp|rsync|nc|ncat|netcat|telnet|patch|git|pip\d?|npm|npx|dd|machinectl|lxc-\w+|lxc)$/,
    "script",
    "what it does is not followed",
  ],
];

/** Follows a program; one that the pack does not know is a fault. */
export function programs(call: Call, shell: Shell): Outcome {
  const { name, program, args, text } = call;
  const { host } = shell;
  if (program.includes("/") && !/^\/(usr\/(local\/)?)?s?bin\/[^/]+$/.test(program)) {
    return runFile(program, call, shell);
  }
  if (shell.machine.files.has(program)) return runFile(program, call, shell);
  const printing = printed(call, shell);
  if (printing) return printing;
  if (/^ip6?tables(-nft|-legacy)?(-restore|-save)?$/.test(name)) return iptables(call, shell);
  if (/^(ba|da)?sh$/.test(name)) return runShell(call, shell);
  const followed =
    systemctl(call, shell) ??
    apt(call, shell) ??
    files(call, shell) ??
    docker(call, shell) ??
    psql(call, shell) ??
    (host.options.isNode ? (nft(call, shell) ?? pct(call, shell)) : undefined);
  if (followed) return followed;
  if (READERS.has(name) || host.options.programs?.includes(name)) {
    if (name === "sort" || name === "date") refuseWrites(call, shell);
    return outcome(undefined, reads(call, shell));
  }
  const refused = REFUSED.find(([pattern]) => pattern.test(name));
  if (refused && name === "ip" && args.some((arg) => /^(show|list|ls|get)$/.test(arg)))
    return outcome();
  if (refused) host.fault(refused[1], text, refused[2]);
  else host.fault("script", text, `the program ${JSON.stringify(name)} is not known`);
  return outcome();
}

function reads(call: Call, shell: Shell): string | undefined {
  const { name, operands, stdin, text } = call;
  if (
    /^p?kill$/.test(name) &&
    operands.some((one) => /^-?1$|dockerd|haproxy|postgres|sshd|systemd/.test(one))
  ) {
    shell.host.fault("script", text, "it ends what the CT needs");
  }
  if (
    name === "sleep" &&
    operands.some((one) => /^(inf\w*|\d{4,}[smhd]?|\d{3,}[mhd]|\d{2,}[hd])$/i.test(one))
  ) {
    shell.host.fault("script", text, "it does not end");
  }
  if (name !== "cat") return undefined;
  if (operands.length === 0) return stdin;
  const texts = operands.map((path) => readFile(path, shell));
  return texts.some((text) => text === undefined) ? undefined : texts.join("");
}

function refuseWrites({ args, text }: Call, shell: Shell): void {
  if (args.some((arg) => /^(-s|--set|-o|--output)/.test(arg))) {
    shell.host.fault("script", text, "it sets the clock or writes a file");
  }
}

/** A file that the script wrote itself is followed; another one cannot be. */
export function runFile(path: string, call: Call, shell: Shell): Outcome {
  const text = readFile(path, shell);
  const interpreter = /^#!\s*(\S+)/.exec(text ?? "")?.[1] ?? "sh";
  if (text === undefined || !isKnown(text) || !/(^|\/)(env|(ba|da)?sh)$/.test(interpreter)) {
    const area = areaOf(absolute(path, shell.machine.folder)) ?? "script";
    shell.host.fault(area, call.text, "the program that it runs cannot be known");
    return outcome();
  }
  return shell.apart(text, call.args, call.stdin);
}

function runShell(call: Call, shell: Shell): Outcome {
  const { args, stdin, operands } = call;
  const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
  if (at >= 0) {
    const [text, , ...rest] = args.slice(at + 1);
    if (text !== undefined && isKnown(text)) return shell.apart(text, rest, stdin);
    return runText(undefined, call, shell);
  }
  const [file] = operands;
  if (file !== undefined && !args.includes("-s")) {
    return runFile(file, { ...call, args: args.slice(args.indexOf(file) + 1) }, shell);
  }
  if (stdin !== undefined && isKnown(stdin)) return shell.apart(stdin, [], undefined);
  return runText(undefined, call, shell);
}

function iptables(call: Call, shell: Shell): Outcome {
  const { name, args, operands, stdin, text } = call;
  const { host, machine } = shell;
  if (name.endsWith("-save")) return outcome();
  const family = name.startsWith("ip6") ? machine.ipv6 : machine.ipv4;
  if (!args.every(isKnown)) {
    host.fault("firewall", text, "the rule cannot be known");
    return outcome();
  }
  const looks = /^(-S|-L|--list|--list-rules|-V|--version)$/;
  if (host.options.isNode && !args.some((arg) => looks.test(arg))) {
    host.fault("firewall", text, "the Proxmox node has its filters in a table of their own");
  }
  if (!name.endsWith("-restore")) {
    if (args.some((arg) => looks.test(arg))) return outcome();
    return outcome(family.apply(args), "");
  }
  const file = operands.filter((arg) => !/^\d+$/.test(arg)).at(-1);
  const input = file === undefined ? stdin : readFile(file, shell);
  if (input === undefined || !isKnown(input)) {
    host.fault("firewall", text, "the rules that it loads cannot be known");
    return outcome();
  }
  if (args.some((arg) => /^(-t|--test|-h|--help)$/.test(arg))) return outcome(true, "");
  family.restore(input, args.includes("-n") || args.includes("--noflush"));
  return outcome(true, "");
}
