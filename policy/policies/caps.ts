import type { ResourceValidationPolicy } from "@pulumi/policy";
import { isContainer, containerOf } from "../cts";
import { asNumber, asProps, propsOf, UNKNOWN, type Plain } from "../plain";

const DEFAULT_MAX_SWAP_MIB = 0;
interface Config {
  maxSwapMiB?: number;
}

/** A CT without a cap takes what its neighbours and the Proxmox node need. */
export const caps: ResourceValidationPolicy = {
  name: "ct-resources-capped",
  description: "Each CT says how much memory, swap, CPU and disk it may take.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      maxSwapMiB: {
        type: "number",
        minimum: 0,
        default: DEFAULT_MAX_SWAP_MIB,
        description: "Swap that a CT may have, in MiB; what swaps is slow for all.",
      },
    },
  },
  validateResource: (args, reportViolation) => {
    if (!isContainer(args.type)) return;
    const { label } = containerOf(args.urn, args.name, args.props);
    const { memory, cpu, disk } = propsOf(args.props);
    const maxSwap = args.getConfig<Config>().maxSwapMiB ?? DEFAULT_MAX_SWAP_MIB;
    const need = (what: string, value: Plain, remedy: string) => {
      if (value === UNKNOWN || (asNumber(value) ?? 0) > 0) return;
      const got = JSON.stringify(value) ?? "none";
      reportViolation(`${label}: has no cap on ${what}, got ${got}; ${remedy}`);
    };
    const root = Array.isArray(disk) ? disk[0] : disk;
    need("memory", within(memory, "dedicated"), "set memory.dedicated, in MiB");
    need("CPU", cpuOf(cpu), "set cpu.cores");
    need("its disk", within(root, "size"), "set disk.size, in GiB");
    for (const [what, given, least, most] of bounds(memory, cpu)) {
      if (given === undefined || (given >= least && given <= most)) continue;
      reportViolation(
        `${label}: has a cap that is none, or that nothing runs within, got ${what} ${given}; give ${least} to ${most}`,
      );
    }
    const swap = asNumber(within(memory, "swap")) ?? 0;
    if (swap <= maxSwap) return;
    reportViolation(
      `${label}: may swap too much, got ${swap} MiB; at most ${maxSwap} MiB, set memory.swap`,
    );
  },
};

/** What a system needs to start, and what a machine may have. */
function bounds(memory: Plain, cpu: Plain): [string, number | undefined, number, number][] {
  const of = (value: Plain, key: string) => {
    const given = asNumber(within(value, key));
    return given === undefined || given <= 0 ? undefined : given;
  };
  return [
    ["memory.dedicated", of(memory, "dedicated"), 48, 1_048_576],
    ["cpu.cores", of(cpu, "cores"), 1, 128],
    ["cpu.limit", of(cpu, "limit"), 0.1, 128],
    ["cpu.units", of(cpu, "units"), 8, 10_000],
  ];
}

function within(value: Plain, key: string): Plain {
  return value === UNKNOWN ? UNKNOWN : asProps(value)[key];
}

function cpuOf(cpu: Plain): Plain {
  return asNumber(within(cpu, "limit")) ? within(cpu, "limit") : within(cpu, "cores");
}
