import type { Host } from "./script/types";

/** What a unit, or a drop-in of one, may say besides what it runs, which is followed where it is written. */
const KNOWN =
  /^(Description|Documentation|After|Before|Requires|Requisite|Wants|BindsTo|PartOf|WantedBy|RequiredBy|Also|Alias|Exec\w+|Restart\w*|StartLimit\w+|Timeout\w+|Type|RemainAfterExit|KillMode|KillSignal|PIDFile|Limit\w+|Memory\w+|CPU\w+|Tasks\w+|IO\w+|OOM\w+|Nice|Protect\w+|Private\w+|Restrict\w+|NoNewPrivileges|ReadOnlyPaths|InaccessiblePaths|StandardOutput|StandardError|SyslogIdentifier|Runtime\w+|State\w+|DefaultDependencies|On(BootSec|UnitActiveSec|Calendar|ActiveSec)|AccuracySec|RandomizedDelaySec|Persistent|Unit|Condition\w+|Slice|Delegate|WatchdogSec|NotifyAccess)$/;

/**
 * What a CT's service is without after all scripts: running, started at boot, or the rights that its package
 * gives it. Undefined where nothing is wrong.
 */
export function serviceFault(host: Host, service: RegExp): string | undefined {
  for (const [key, value] of host.machine.units) {
    const [kind = "", unit = ""] = key.split(" ");
    if (!service.test(unit)) continue;
    if (kind === "active" && value === "no") {
      return `its service does not run, got ${unit} that is stopped; start it again`;
    }
    if ((kind === "enabled" && value === "no") || (kind === "masked" && value === "yes")) {
      return `its service is gone after a reboot, got ${unit} that is ${kind === "masked" ? "masked" : "disabled"}; enable it`;
    }
  }
  for (const [path, text] of host.machine.files) {
    const unit = /^\/(?:etc|lib|usr\/lib)\/systemd\/system\/([^/]+?)(?:\.d\/.*)?$/.exec(path)?.[1];
    if (unit === undefined || text === null || !service.test(unit)) continue;
    const strange = text
      .split("\n")
      .map((line) => /^\s*([A-Za-z]+)\s*=/.exec(line)?.[1])
      .find((key) => key !== undefined && !KNOWN.test(key));
    if (strange) {
      return `its service may run with other rights, got ${strange} in ${path}; take it out`;
    }
  }
  return undefined;
}
