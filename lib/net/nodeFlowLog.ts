import { installOnNode } from "./nodePackages";
import {
  FLOW_LOG_FILE,
  FLOW_LOG_MAX_KIB,
  FLOW_LOG_ROTATED,
  ulogdConfig,
} from "../security/flowLog";
import { writeFileCommand } from "../shell/quote";

/**
 * The log of what the Proxmox node denies. One for the whole node: a group of NFLOG has one reader, and
 * there may be several stacks.
 */
const CONFIG = "/etc/homelab/flow-ulogd.conf";
const LOGGER = "/etc/homelab/flow-log";
const LOCK = "/run/homelab-flow.lock";
const PID = "/run/homelab-flow.pid";
const UNIT = "homelab-flow";

const logger = `#!/bin/bash
# Writes down what the node's filters deny, once per node, and puts the file aside when it has grown.
exec 9>> ${LOCK}
flock -n 9 || exit 0
echo $$ > ${PID}
umask 027
mkdir -p ${FLOW_LOG_FILE.slice(0, FLOW_LOG_FILE.lastIndexOf("/"))}
trap 'kill $writer; exit' TERM INT
while true; do
  ulogd -c ${CONFIG} 9>&- &
  writer=$!
  while kill -0 $writer 2>/dev/null; do
    if [ "$(stat -c %s ${FLOW_LOG_FILE} 2>/dev/null || echo 0)" -gt ${FLOW_LOG_MAX_KIB * 1024} ]; then
      mv ${FLOW_LOG_FILE} ${FLOW_LOG_ROTATED}
      kill -HUP $writer
    fi
    sleep 60 9>&- &
    wait $!
  done
done
`;

/**
 * Commands that install the log. A node that cannot get the package goes without: the filters hold, and
 * `./lab flows` says what is missing.
 */
export function installNodeFlowLog(): string {
  return `if ! command -v ulogd >/dev/null; then
  # Its own service would take group 0 from Proxmox's firewall logger.
  [ ! -d /run/systemd/system ] || systemctl -q mask ulogd2.service
  ( ${installOnNode("ulogd", "ulogd2-json")} ) ||
    echo "denied packets are not logged: ulogd2-json cannot be installed" >&2
fi
${writeFileCommand({ path: CONFIG, text: ulogdConfig("/dev/null") })}
${writeFileCommand({ path: LOGGER, text: logger, mode: "0755" })}`;
}

/** Lines of the script that ifupdown runs: the log, if it does not run yet. */
export const startNodeFlowLog = `if command -v ulogd >/dev/null; then
  if [ -d /run/systemd/system ]; then
    systemctl -q is-active ${UNIT} ||
      systemd-run --quiet --no-block --collect --unit ${UNIT} -p Restart=on-failure ${LOGGER} || true
  else
    setsid ${LOGGER} </dev/null >/dev/null 2>&1 &
  fi
fi
`;

/** Commands that take the log away with the last stack on the node. */
export function removeNodeFlowLog(): string {
  return `if ! ls /etc/homelab/network-*.nft >/dev/null 2>&1; then
  if [ -d /run/systemd/system ]; then
    systemctl -q stop ${UNIT} 2>/dev/null || true
  else
    [ ! -e ${PID} ] || kill "$(cat ${PID})" 2>/dev/null || true
  fi
  rm -f ${CONFIG} ${LOGGER} ${LOCK} ${PID} ${FLOW_LOG_FILE} ${FLOW_LOG_ROTATED}
fi`;
}
