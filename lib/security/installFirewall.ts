import { script, writeFileCommand } from "../shell/quote";
import { aptInstall } from "../shell/apt";
import type { CtFirewallRules } from "./ctFirewall";
import { configureFlowLog, FIREWALL_PACKAGES, startFlowLog } from "./installFlowLog";
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
export function restoreTextV4(ct: CtFirewallRules): string {
  const docker = hasDocker(ct) ? chain("DOCKER-USER", dockerUserRules(ct)) : [];
  const own = docker.length > 0 ? [":DOCKER-USER - [0:0]"] : [];
  return restoreText(forwardRules(ct), inputRules(ct), own, docker);
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
export function loadScript(ct: Pick<CtFirewallRules, "ingress">): string {
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
  if (hasDocker(ct)) {
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

/** Commands that install a CT's rules and load them now. They need the package `iptables`. */
export function installFirewall(ct: CtFirewallRules): string {
  return script(
    // Debian's nftables.conf begins with `flush ruleset`, at its start and at its stop.
    "systemctl mask -q nftables.service",
    writeFileCommand({ path: `${FOLDER}/rules.v4`, text: restoreTextV4(ct) }),
    writeFileCommand({ path: `${FOLDER}/rules.v6`, text: restoreTextV6() }),
    writeFileCommand({ path: LOAD_RULES, text: loadScript(ct), mode: "0755" }),
    writeFileCommand({ path: `/etc/systemd/system/${FIREWALL_UNIT}`, text: unitText(ct.service) }),
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
export function repairFirewall(ct: CtFirewallRules): string {
  const { service } = ct;
  return script(
    `systemctl reset-failed ${FIREWALL_UNIT} ${service} 2>/dev/null || true`,
    installFirewall(ct),
    `if systemctl cat ${service} >/dev/null 2>&1; then systemctl start ${service}; fi`,
  );
}

/**
 * The whole script that puts a CT's firewall in force: the log of denied packets, the packages, the rules.
 * It changes nothing where all of it is in place.
 */
export function installCtFirewall(ct: CtFirewallRules, aptProxy?: string): string {
  return script(
    configureFlowLog(),
    aptInstall(FIREWALL_PACKAGES, aptProxy),
    installFirewall(ct),
    startFlowLog(),
  );
}
