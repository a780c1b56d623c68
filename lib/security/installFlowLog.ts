import { script, writeFileCommand } from "../shell/quote";
import { FLOW_LOG_FILE, FLOW_LOG_MAX_KIB, FLOW_LOG_ROTATED, ulogdConfig } from "./flowLog";

/** Packages that the rules and their log need; ulogd2 takes about 3 MB of memory. */
export const FIREWALL_PACKAGES = ["iptables", "ulogd2", "ulogd2-json"];

const CONFIG = "/etc/homelab/flow-log/ulogd.conf";

/** Debian's unit with our configuration in place of the package's, which logs nothing of ours. */
const DROP_IN = `[Service]
ExecStart=
ExecStart=/usr/sbin/ulogd --daemon --uid ulog --pidfile /run/ulog/ulogd.pid --configfile ${CONFIG}
LogsDirectory=homelab
LogsDirectoryMode=0750
Restart=on-failure
`;

const ROTATE = "homelab-flow-log";

const ROTATE_UNIT = `[Unit]
Description=Put the flow log aside when it has grown

[Service]
Type=oneshot
ExecCondition=/bin/sh -c 'find ${FLOW_LOG_FILE} -size +${FLOW_LOG_MAX_KIB}k | grep -q .'
ExecStart=/bin/mv ${FLOW_LOG_FILE} ${FLOW_LOG_ROTATED}
ExecStart=/bin/systemctl restart ulogd2.service
`;

const ROTATE_TIMER = `[Unit]
Description=Look at the size of the flow log

[Timer]
OnBootSec=5min
OnUnitInactiveSec=5min

[Install]
WantedBy=timers.target
`;

/** Commands that write the flow log's configuration; before the packages, whose unit reads it. */
export function configureFlowLog(): string {
  const unit = (name: string, text: string) =>
    writeFileCommand({ path: `/etc/systemd/system/${name}`, text });
  return script(
    writeFileCommand({ path: CONFIG, text: ulogdConfig("syslog") }),
    unit("ulogd2.service.d/homelab.conf", DROP_IN),
    unit(`${ROTATE}.service`, ROTATE_UNIT),
    unit(`${ROTATE}.timer`, ROTATE_TIMER),
  );
}

/** Commands that start the flow log with the configuration that is written. */
export function startFlowLog(): string {
  return script(
    `systemctl daemon-reload
systemctl enable -q --now ${ROTATE}.timer
systemctl restart ulogd2.service`,
  );
}
