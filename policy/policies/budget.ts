import type { StackValidationPolicy } from "@pulumi/policy";
import { isInside } from "../commands";
import { containersOf, type Container } from "../cts";
import { DOCKER_CONTAINER } from "../docker";
import { asNumber, propsOf } from "../plain";

/** The machine that the lab is made for, and what is not for CTs. */
const DEFAULTS = {
  memoryMiB: 4096,
  hostMemoryMiB: 896,
  diskGiB: 64,
  hostDiskGiB: 12,
  backupsGiB: 8,
};
type Config = Partial<typeof DEFAULTS>;

const size = (description: string, value: number) =>
  ({ type: "number", minimum: 0, default: value, description }) as const;

/** Keeps the sum of what CTs may take within the machine. */
export const budget: StackValidationPolicy = {
  name: "stack-within-budget",
  description: "Memory caps and disks of all CTs together fit beside the Proxmox node's reserve.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      memoryMiB: size("Memory of the machine in MiB.", DEFAULTS.memoryMiB),
      hostMemoryMiB: size("Memory in MiB kept for the Proxmox node.", DEFAULTS.hostMemoryMiB),
      diskGiB: size("Disk of the machine in GiB.", DEFAULTS.diskGiB),
      hostDiskGiB: size("Disk in GiB kept for the Proxmox node.", DEFAULTS.hostDiskGiB),
      backupsGiB: size("Disk in GiB kept for backups.", DEFAULTS.backupsGiB),
    },
  },
  validateStack: (args, reportViolation) => {
    const { resources } = args;
    const limits = { ...DEFAULTS, ...args.getConfig<Config>() };
    const containers = containersOf(resources);
    const check = (what: string, unit: string, limit: number, of: (c: Container) => number) => {
      const sum = containers.reduce((total, container) => total + of(container), 0);
      if (sum <= limit) return;
      const parts = containers.map((c) => `${c.label} ${of(c)}`).join(", ");
      reportViolation(
        `${what} of all CTs: over the budget, got ${sum} ${unit} (${parts}); at most ${limit} ` +
          `${unit} are left for CTs, make some smaller or raise the budget in the policy's configuration`,
      );
    };
    for (const container of containers) {
      const own = resources.filter(
        (one) => one.type === DOCKER_CONTAINER && isInside(one, container, resources),
      );
      const sum = own.reduce(
        (total, { props }) => total + (asNumber(propsOf(props).memory) ?? 0),
        0,
      );
      // No cap at all is another policy's.
      if (!container.memoryMiB || sum <= container.memoryMiB) continue;
      reportViolation(
        `${container.label}: its Docker containers may take more than it has, got ${sum} MiB; it has ` +
          `${container.memoryMiB} MiB, make them smaller`,
        container.urn,
      );
    }
    // A size that is not known yet counts as nothing: known ones over the limit are over it anyhow.
    const { memoryMiB, hostMemoryMiB, diskGiB, hostDiskGiB, backupsGiB } = limits;
    check("memory", "MiB", memoryMiB - hostMemoryMiB, (c) => c.memoryMiB ?? 0);
    check("disk", "GiB", diskGiB - hostDiskGiB - backupsGiB, (c) => c.diskGiB ?? 0);
  },
};
