import { script, writeFileCommand } from "../shell/quote";
import type { Member, SecurityGroup } from "./securityGroup";
import type { Rules } from "./iptablesRules";
import {
  dockerUserRules,
  forwardRules,
  forwardRulesV6,
  hasDocker,
  inputRules,
  inputRulesV6,
} from "./iptablesRules";

const FOLDER = "/etc/homelab/firewall";
export const FIREWALL_UNIT = "homelab-firewall.service";
/** Loads the rules now; any number of times. */
export const LOAD_RULES = `${FOLDER}/load`;

const chain = (name: string, rules: Rules) => rules.map((rule) => `-A ${name} ${rule}`);

/**
 * Input of `iptables-restore --noflush`, which puts each table in force in one step. INPUT and
 * mangle's FORWARD are wholly ours, with DROP as their policy; of Docker's chains only DOCKER-USER is
 * touched.
 */
export function restoreTextV4(group: SecurityGroup, member: Member): string {
  const docker = hasDocker(group) ? chain("DOCKER-USER", dockerUserRules(group)) : [];
  const own = docker.length > 0 ? [":DOCKER-USER - [0:0]"] : [];
  return restoreText(forwardRules(group, member), inputRules(group, member), own, docker);
}

export function restoreTextV6(): string {
  return restoreText(forwardRulesV6(), inputRulesV6(), [], []);
}

function restoreText(forward: Rules, input: Rules, chains: string[], more: string[]): string {
  return [
    "*mangle",
    ":FORWARD DROP [0:0]",
    "-F FORWARD",
    ...chain("FORWARD", forward),
    "COMMIT",
    "*filter",
    ":INPUT DROP [0:0]",
    ...chains,
    "-F INPUT",
    ...chain("INPUT", input),
    ...more,
    "COMMIT",
    "",
  ].join("\n");
}

/**
 * The script that the unit runs. Policies first: whatever fails behind them leaves a CT that nobody
 * gets into, never one that everybody does.
 */
export function loadScript(group: SecurityGroup): string {
  const lines = ["#!/bin/sh", "set -eu"];
  const tools = ["iptables", "ip6tables"];
  for (const tool of tools) {
    lines.push(`${tool} -w 10 -t mangle -P FORWARD DROP`, `${tool} -w 10 -P INPUT DROP`);
  }
  lines.push(
    `iptables-restore -w 10 --noflush < ${FOLDER}/rules.v4`,
    `ip6tables-restore -w 10 --noflush < ${FOLDER}/rules.v6`,
  );
  // First in FORWARD, before Docker's own jumps. While it is taken out mangle's FORWARD still guards.
  if (hasDocker(group)) {
    lines.push(
      "iptables -w 10 -D FORWARD -j DOCKER-USER 2>/dev/null || true",
      "iptables -w 10 -I FORWARD -j DOCKER-USER",
    );
  }
  return [...lines, ""].join("\n");
}

/**
 * The unit that loads the rules early in the boot, before any server starts, and without which
 * `service` does not start.
 */
export function unitText(service: string): string {
  return `[Unit]
Description=Security group, in force before ${service}
DefaultDependencies=no
After=systemd-modules-load.service local-fs.target
Before=sysinit.target network-pre.target ${service}
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${LOAD_RULES}

[Install]
WantedBy=sysinit.target
RequiredBy=${service}
`;
}

/** Commands that install a member's rules and load them now. Needs the package `iptables`. */
export function installFirewall(group: SecurityGroup, member: Member, service: string): string {
  return script(
    // Debian's nftables.conf begins with `flush ruleset`, at its start and at its stop.
    "systemctl mask -q nftables.service",
    writeFileCommand({ path: `${FOLDER}/rules.v4`, text: restoreTextV4(group, member) }),
    writeFileCommand({ path: `${FOLDER}/rules.v6`, text: restoreTextV6() }),
    writeFileCommand({ path: LOAD_RULES, text: loadScript(group), mode: "0755" }),
    writeFileCommand({ path: `/etc/systemd/system/${FIREWALL_UNIT}`, text: unitText(service) }),
    "systemctl daemon-reload",
    `systemctl enable -q ${FIREWALL_UNIT}`,
    // A restart of the unit would take the service that requires it down with it.
    `systemctl start ${FIREWALL_UNIT}`,
    LOAD_RULES,
  );
}

/**
 * Commands that put the rules back where they are not as they were installed, and start the service if
 * it could not start without them.
 */
export function repairFirewall(group: SecurityGroup, member: Member, service: string): string {
  return script(
    `systemctl reset-failed ${FIREWALL_UNIT} ${service} 2>/dev/null || true`,
    installFirewall(group, member, service),
    `if systemctl cat ${service} >/dev/null 2>&1; then systemctl start ${service}; fi`,
  );
}
