import type { StackValidationPolicy } from "@pulumi/policy";
import { observe } from "../commands";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig, type Lab } from "../labFacts";
import type { Container } from "../cts";
import type { Host } from "../script/shellEffects";

const UNITS = "/etc/systemd/system/";
/** What a unit must not say, if it is to run at each boot. */
const UNLESS = /^(Condition|Assert)|^(RefuseManualStart|Type)$/;
const SERVICES = { lb: /haproxy/, app: /docker/, db: /postgres/ } as const;

/** Rules of iptables are gone after a reboot: a unit must load them again, before the CT's service. */
export const persistentFirewall: StackValidationPolicy = {
  name: "ct-firewall-persistent",
  description:
    "In every CT an enabled unit loads the installed rules at boot, before its service starts, which " +
    "does not start without it.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    const roles = [
      ["lb", lab.loadBalancers],
      ["app", lab.apps],
      ["db", lab.databases],
    ] as const;
    for (const [role, containers] of roles) {
      for (const container of containers) {
        const fault = faultOf(container, lab, SERVICES[role]);
        if (fault) reportViolation(`${container.label}: ${fault}`, container.urn);
      }
    }
  },
};

function faultOf(container: Container, lab: Lab, service: RegExp): string | undefined {
  const { host, complete } = observe(container, lab.resources);
  // Without any rules the policies on those speak.
  if (!complete || (host.ipv4.chains.get("INPUT") ?? []).length === 0) return undefined;
  const loaders = [...host.files].filter(
    ([path, text]) => path.startsWith(UNITS) && loads(host, text),
  );
  const [path, text] = loaders[0] ?? [];
  if (path === undefined || text === undefined) {
    return "its rules are gone after a reboot, got no unit that loads the installed ones; install one";
  }
  const unit = path.slice(UNITS.length);
  if (host.machine.units.get(`enabled ${unit}`) !== "yes") {
    return `its rules are gone after a reboot, got ${unit} that is not enabled; systemctl enable it`;
  }
  if (host.machine.units.get(`masked ${unit}`) === "yes") {
    return `its rules are gone after a reboot, got ${unit} that is masked; take the mask out`;
  }
  const settings = settingsOf(text);
  const wrong = settings.find(([key, value]) => UNLESS.test(key) && value !== "oneshot");
  if (wrong) return `${unit} may not load the rules, got ${wrong.join("=")}; take it out`;
  const named = (key: string) =>
    settings.filter(([own]) => own === key).flatMap(([, value]) => value.split(/\s+/));
  if (!named("Before").some((one) => service.test(one))) {
    return `${unit} may load the rules after the service has started, got no Before= of it; name it`;
  }
  if (![...named("RequiredBy"), ...named("WantedBy")].length) {
    return `${unit} is started by nothing, got no WantedBy=; name sysinit.target`;
  }
  return undefined;
}

/** True for a unit whose start leaves the rules that the scripts have installed. */
function loads(host: Host, text: string): boolean {
  const commands = settingsOf(text).filter(([key, value]) => key === "ExecStart" && value !== "");
  if (commands.length === 0) return false;
  const after = host.copy();
  after.ipv4.clear();
  after.ipv6.clear();
  for (const [, command] of commands) after.run(command.replace(/^[@:+!|]+/, ""), "");
  const same = (a: Host["ipv4"], b: Host["ipv4"]) => a.guards() === b.guards();
  return same(after.ipv4, host.ipv4) && same(after.ipv6, host.ipv6);
}

function settingsOf(text: string): [string, string][] {
  return text.split("\n").flatMap((line) => {
    const [, key, value] = /^\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, value] as [string, string]];
  });
}
