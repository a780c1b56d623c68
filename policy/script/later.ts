import { areaOf } from "./judgedPaths";
import type { Host } from "./types";
import { isKnown } from "./values";

const UNITS = /^\/(etc|lib|usr\/lib|usr\/local\/lib)\/systemd\/system\/(.+)$/;
const FIREWALL_UNIT = "homelab-firewall.service";
const APT_HOOKS =
  /Invoke|Pre-Install|Post-|AllowInsecure|AllowUnauthenticated|AllowWeak|Verify|Check-Valid|TrustedParts|Dir::(Bin|Etc)/i;

/**
 * Follows what files run later: units, lines of ifupdown, hooks of packages. None of it may change what
 * the scripts have left; a file whose lines are not followed is a fault.
 */
export function followLater(host: Host): void {
  for (const [path, text] of host.machine.files) {
    if (text === null || host.seen.get(path) === text) continue;
    host.seen.set(path, text);
    const isNetwork = areaOf(path) === "network" && path.startsWith("/etc/network/");
    if (areaOf(path) !== "unit" && !isNetwork && !path.includes(FIREWALL_UNIT)) continue;
    if (!isKnown(text)) continue; // a fault already, where it was written
    const fault = faultOf(path, text, host);
    if (fault) host.fault(path.includes(FIREWALL_UNIT) ? "firewall" : "unit", path, fault);
  }
}

function faultOf(path: string, text: string, host: Host): string | undefined {
  if (/\.(tmp|next)$/.test(path)) return undefined;
  const unit = UNITS.exec(path)?.[2];
  // Whether it loads the rules that are installed is a policy's own question.
  if (unit === FIREWALL_UNIT) return undefined;
  if (unit) return unitFault(unit, text, path, host);
  if (/^\/etc\/tmpfiles\.d\//.test(path)) return tmpfilesFault(text);
  if (/^\/etc\/apt\/apt\.conf/.test(path)) {
    return APT_HOOKS.test(text) ? "it has hooks, or takes packages from anybody" : undefined;
  }
  if (/^\/etc\/dpkg\/dpkg\.cfg/.test(path)) {
    return /invoke|logger/i.test(text) ? "it has hooks" : undefined;
  }
  if (/^\/etc\/network\//.test(path) && host.options.isNode) {
    const lines = text.split("\n").map((line) => line.trim());
    const hooks = lines.flatMap(
      (line) => /^(?:pre-up|post-up|up|down|pre-down|post-down)\s+(.*)$/.exec(line)?.[1] ?? [],
    );
    const known = lines.every((line) =>
      /^(#.*|$|auto \S+|iface \S+ inet manual|(pre-|post-)?(up|down) .*)$/.test(line),
    );
    if (!known) return "a line of it is not followed";
    return follow(hooks, path, host);
  }
  return "what it runs later is not followed";
}

function unitFault(unit: string, text: string, path: string, host: Host): string | undefined {
  if (!/(^|\/)[^/]+\.(service|timer|conf|target)$/.test(unit))
    return "this kind of unit is not followed";
  if (unit.startsWith(`${FIREWALL_UNIT}.`)) return "it changes the unit that loads the rules";
  const lines = text
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) => line.trim());
  const commands: string[] = [];
  for (const line of lines) {
    const [, key = "", value = ""] = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (/^Environment(File)?$|^PassEnvironment$/.test(key))
      return "it changes the environment of what it runs";
    if (/^(OnFailure|OnSuccess|FailureAction|SuccessAction|JobTimeoutAction)$/.test(key))
      return `${key} is not followed`;
    if (/^Exec/.test(key) && value !== "")
      commands.push(value.replace(/^[-@:+!|]+/, "").replaceAll("$$", "$"));
  }
  return follow(commands, path, host);
}

/** Runs the commands on a copy; undefined when they leave it as it is. */
function follow(commands: readonly string[], path: string, host: Host): string | undefined {
  const copy = host.copy();
  const before = copy.judgedState();
  for (const command of commands) {
    const shell = copy.shell("");
    shell.run(command);
    shell.finish();
  }
  host.kernel.push(...copy.kernel);
  for (const { area, command, why } of copy.faults) host.fault(area, `${path}: ${command}`, why);
  // Its own start loads the rules once more, which leaves them as they are.
  return copy.judgedState() === before ? undefined : "it changes later what scripts have installed";
}

function tmpfilesFault(text: string): string | undefined {
  const lines = text.split("\n").filter((line) => line.trim() && !line.startsWith("#"));
  const bad = lines.find((line) => {
    const [kind = "", path = ""] = line.trim().split(/\s+/);
    return !/^[rRdDe]!?$/.test(kind) || areaOf(path) !== undefined;
  });
  return bad && `the line "${bad}" changes what is judged`;
}
