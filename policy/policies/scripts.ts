import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { allowPrograms, faultsOf, observe, observeOutside } from "../commands";
import { containersOf } from "../cts";
import { asText, propsOf, type Plain } from "../plain";
import { Host } from "../script/shellEffects";

const LOCAL = /^command:local:Command$/;
interface Config {
  programs?: string[];
}

/** What is done to a CT is declared; a script that does what nobody can follow could do anything. */
export const scripts: StackValidationPolicy = {
  name: "ct-scripts-judged",
  description:
    "Scripts in CTs can be followed, and touch neither accounts, SSH, the network, kernel settings " +
    "nor what is run later, unless it can be seen that nothing is opened.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      programs: {
        type: "array",
        items: { type: "string" },
        default: [],
        description:
          "Programs, besides those that the pack knows, which touch nothing that is judged.",
      },
    },
  },
  validateStack: (args, reportViolation) => {
    allowPrograms(args.getConfig<Config>().programs ?? []);
    for (const container of containersOf(args.resources)) {
      const observed = observe(container, args.resources);
      for (const fault of faultsOf(observed, "access", "network", "script", "unit")) {
        reportViolation(`${container.label}: ${fault}`, container.urn);
      }
    }
  },
};

/** The Proxmox node belongs to others as well: the stack does there what it declares, and nothing else. */
export const outsideScripts: StackValidationPolicy = {
  name: "node-scripts-judged",
  description:
    "Scripts on the Proxmox node, on other machines and on the one that runs Pulumi can be followed " +
    "and change nothing there but the stack's own filters.",
  enforcementLevel: "mandatory",
  validateStack: (args, reportViolation) => {
    const { resources } = args;
    const observed = observeOutside(resources, containersOf(resources));
    const areas = [
      "access",
      "network",
      "script",
      "unit",
      "docker",
      "database",
      "balancer",
    ] as const;
    for (const fault of faultsOf(observed, ...areas)) {
      reportViolation(`Proxmox node: ${fault}`);
    }
    for (const { name, value } of observed.host.kernel) {
      if (/\/net\/ipv4\/ip_forward$/.test(name) && /^[01]\n?$/.test(value)) continue;
      reportViolation(
        `Proxmox node: a kernel setting that is not known to be safe, got ${name} = ` +
          `${JSON.stringify(value)}; take it out`,
      );
    }
    for (const resource of resources.filter(({ type }) => LOCAL.test(type))) {
      for (const fault of localFaults(resource)) reportViolation(fault, resource.urn);
    }
  },
};

function localFaults({ name, props }: PolicyResource): string[] {
  const { create, update, delete: remove } = propsOf(props);
  const texts: Plain[] = [create, update, remove];
  return texts.flatMap((one) => {
    const text = asText(one);
    if (text === undefined) return [];
    const host = new Host();
    host.run(text, "");
    return host.faults.map(
      ({ command, why }) =>
        `command ${JSON.stringify(name)} on this machine: cannot be judged, for ${why}, ` +
        `got ${JSON.stringify(command)}; declare what it does as a resource`,
    );
  });
}
