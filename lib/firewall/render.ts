import type { PortAccess, Rule } from "./model";
import { rulesV4, rulesV6 } from "./model";
import { script, writeFileCommand } from "../shell/quote";

const FOLDER = "/etc/homelab/firewall";
const UNIT = "homelab-firewall.service";

/** One rule as an administrator types it. */
export function ruleLine(rule: Rule): string {
  return `-A ${rule.chain} ${rule.words.join(" ")}`;
}

/** Input of `iptables-restore --noflush`: fills our chains in one step and touches no other. */
export function restoreText(rules: Rule[]): string {
  const chains = [...new Set(rules.map((rule) => rule.chain))];
  return [
    "*filter",
    ...chains.map((chain) => `:${chain} - [0:0]`),
    ...rules.map(ruleLine),
    "COMMIT",
    "",
  ].join("\n");
}

/** The script that the unit runs: rules first, then the jumps, so that no packet slips between. */
export function loadScript(access: PortAccess): string {
  const lines = ["#!/bin/sh", "set -eu"];
  for (const [tool, file] of [
    ["iptables", "rules.v4"],
    ["ip6tables", "rules.v6"],
  ] as const) {
    lines.push(
      `${tool}-restore -w 10 --noflush < ${FOLDER}/${file}`,
      ...jump(tool, "HOMELAB-INPUT"),
    );
    if (access.behind === "docker") lines.push(...jump(tool, "DOCKER-USER"));
  }
  return [...lines, ""].join("\n");
}

function jump(tool: string, chain: Rule["chain"]): string[] {
  const from = chain === "DOCKER-USER" ? "FORWARD" : "INPUT";
  const words = `${from} -j ${chain}`;
  return [`${tool} -w 10 -C ${words} 2>/dev/null || ${tool} -w 10 -I ${words}`];
}

/** The unit that loads the rules before `service` starts, and without which it does not start. */
export function unitText(service: string): string {
  return `[Unit]
Description=Access rules, in force before ${service}
DefaultDependencies=no
After=systemd-modules-load.service local-fs.target
Before=network-pre.target ${service}
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${FOLDER}/load

[Install]
WantedBy=multi-user.target
RequiredBy=${service}
`;
}

/** Commands that install the rules in a CT and load them now. Needs the package `iptables`. */
export function installFirewall(access: PortAccess, service: string): string {
  return script(
    writeFileCommand({ path: `${FOLDER}/rules.v4`, text: restoreText(rulesV4(access)) }),
    writeFileCommand({ path: `${FOLDER}/rules.v6`, text: restoreText(rulesV6(access)) }),
    writeFileCommand({ path: `${FOLDER}/load`, text: loadScript(access), mode: "0755" }),
    writeFileCommand({ path: `/etc/systemd/system/${UNIT}`, text: unitText(service) }),
    "systemctl daemon-reload",
    `systemctl enable -q ${UNIT}`,
    // A restart of the unit would take the service that requires it down with it.
    `systemctl start ${UNIT}`,
    `${FOLDER}/load`,
  );
}
