import type { Policies, PolicyResource } from "@pulumi/policy";
import { type PackConfig, ruleOf } from "./packConfig";
import type { StoredResource } from "./storedStack";

/** What a policy says of a resource, or of the stack. */
export interface PolicyFinding {
  policy: string;
  /** `error`: the policy is mandatory. */
  level: "error" | "warning";
  message: string;
  /** Resource that it is about; undefined for the stack. */
  urn?: string;
}

/** How one policy of the pack was applied. */
export interface AppliedPolicy {
  name: string;
  /** What it guarantees. */
  description: string;
  level: "error" | "warning" | "disabled";
}

/** What the pack says of a stack. */
export interface Judgement {
  policies: AppliedPolicy[];
  /** In the pack's order, each once. */
  findings: PolicyFinding[];
}

/** A violation at each level of enforcement; there is nothing to remediate in a state. */
const LEVELS = {
  advisory: "warning",
  mandatory: "error",
  remediate: "error",
  disabled: "disabled",
} as const;

/** Runs a pack over the resources of a stored state. A policy that fails by itself is a finding too. */
export async function judge(
  stored: readonly StoredResource[],
  pack: Policies,
  config: PackConfig = {},
): Promise<Judgement> {
  const policies: AppliedPolicy[] = [];
  const findings = new Map<string, PolicyFinding>();
  for (const policy of pack) {
    const { name, description } = policy;
    const { level: enforced, settings } = ruleOf(policy, config);
    const level = LEVELS[enforced];
    policies.push({ name, description, level });
    if (level === "disabled") continue;
    const report = (message: string, urn?: string) => {
      const finding: PolicyFinding = {
        policy: name,
        level,
        message,
        ...(urn !== undefined && { urn }),
      };
      findings.set(JSON.stringify([name, urn, message]), finding);
    };
    try {
      await apply(policy, stored, settings, report);
    } catch (error) {
      const { message } = error as Error;
      report(`stack: cannot be judged, for the policy failed, got ${message}; report it`);
    }
  }
  return { policies, findings: [...findings.values()] };
}

type Report = (message: string, urn?: string) => void;

async function apply(
  policy: Policies[number],
  stored: readonly StoredResource[],
  settings: Record<string, unknown>,
  report: Report,
): Promise<void> {
  const common = {
    stackTags: new Map<string, string>(),
    getConfig: <T extends object>() => settings as T,
    notApplicable: (reason = "no reason given"): never => {
      throw new NotApplicable(reason);
    },
  };
  const unlessNotApplicable = async (work: () => Promise<void> | void) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof NotApplicable)) throw error;
    }
  };
  if ("validateStack" in policy) {
    const resources = stored.map(({ made }) => made);
    await unlessNotApplicable(() => policy.validateStack({ resources, ...common }, report));
    return;
  }
  if (!("validateResource" in policy)) return;
  for (const { told } of stored) {
    for (const validate of [policy.validateResource].flat()) {
      const args = { ...told, ...common, asType: () => undefined };
      await unlessNotApplicable(() =>
        validate?.(args, (message, urn) => report(message, urn ?? urnOf(told))),
      );
    }
  }
}

const urnOf = ({ urn }: PolicyResource): string => urn;

/** Thrown by a policy that has nothing to say of a resource or stack. */
class NotApplicable extends Error {}
