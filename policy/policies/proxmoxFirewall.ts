import type { StackValidationPolicy } from "@pulumi/policy";
import { containersOf, isContainer } from "../cts";
import { asList, asNumber, asProps, propsOf, UNKNOWN, type Props } from "../plain";

const OPTIONS = /^proxmoxve:.*firewall\/?options(Legacy)?:/i;
/** Options with the values that they must have, where the Proxmox firewall is used. */
const WANTED: readonly [key: string, value: unknown][] = [
  ["enabled", true],
  ["inputPolicy", "DROP"],
  ["macfilter", true],
];
const OFF = ["dhcp", "ndp", "radv"];

/** A second filter that one CT is without is none for that CT. */
export const proxmoxFirewall: StackValidationPolicy = {
  name: "proxmox-firewall-closed",
  description:
    "Where a stack uses the Proxmox firewall, it is on for every CT and each of its interfaces, drops what no " +
    "rule names, and filters MAC addresses.",
  enforcementLevel: "mandatory",
  validateStack: (args, reportViolation) => {
    const { resources } = args;
    const options = resources.filter(({ type }) => OPTIONS.test(type));
    const wants = resources.filter(({ type, props }) => {
      return isContainer(type) && asList(propsOf(props).networkInterfaces).some(isFiltered);
    });
    if (options.length === 0 && wants.length === 0) return;
    for (const container of containersOf(resources)) {
      const own = resources.find(({ urn }) => urn === container.urn);
      const open = asList(propsOf(own?.props).networkInterfaces).findIndex(
        (nic) => !isFiltered(nic),
      );
      const report = (fault: string) =>
        reportViolation(`${container.label}: ${fault}`, container.urn);
      if (open >= 0)
        report(`an interface is past the Proxmox firewall, got eth${open}; set firewall: true`);
      const mine = options
        .map(({ props }) => propsOf(props))
        .filter(({ containerId }) => {
          return containerId === UNKNOWN || asNumber(containerId) === container.vmid;
        });
      const fault = mine[0] ? faultOf(mine[0]) : "has no options, got none; declare them";
      if (fault) report(`its Proxmox firewall ${fault}`);
    }
  },
};

const isFiltered = (nic: Parameters<typeof asProps>[0]) => asProps(nic).firewall === true;

function faultOf(options: Props): string | undefined {
  for (const [key, value] of WANTED) {
    const got = options[key];
    if (got === value || got === UNKNOWN || (key === "inputPolicy" && got === "REJECT")) continue;
    return `is open, got ${key}: ${JSON.stringify(got) ?? "none"}; set it to ${JSON.stringify(value)}`;
  }
  const on = OFF.find((key) => options[key] === true);
  return on && `lets more in than the stack needs, got ${on}: true; set it to false`;
}
