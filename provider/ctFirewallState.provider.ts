import type * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";
import type { CtFirewallRules } from "../lib/security/ctFirewall";
import { repairFirewall } from "../lib/security/installFirewall";
import { likelyCause, LOOK, ruleProblems, wantedRules } from "../lib/security/rulesInForce";
import { shellQuote } from "../lib/shell/quote";
import { looksAreOn } from "./looks";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { runScript } from "./ssh";

/** What the program gives. */
export interface CtFirewallStateInputs {
  node: SshEndpoint;
  vmid: number;
  rules: CtFirewallRules;
  triggers: unknown[];
  /** A preview only looks: what it cannot look at is a warning, and an error in an update. */
  preview: boolean;
}

export interface CtFirewallStateState extends Omit<CtFirewallStateInputs, "preview"> {
  /** What the last look found to be wrong; an update leaves none, a refresh may. */
  problems: string[];
  stateVersion: 1;
}

const LOOK_SECONDS = 60;
const REPAIR_SECONDS = 120;

type Target = Pick<CtFirewallStateInputs, "node" | "vmid" | "rules">;

const subject = ({ vmid, rules }: Target) => `CT ${vmid} "${rules.member}"`;

/** What a look found: whether there was an answer, and what is wrong with it. */
interface Finding {
  answered: boolean;
  problem?: string;
}

async function look(target: Target): Promise<Finding> {
  const { node, vmid, rules } = target;
  const script = `pct exec ${vmid} -- bash -c ${shellQuote(LOOK)} 2>/dev/null || pct status ${vmid} 2>&1 || true`;
  const { code, stdout, stderr } = await runScript(node, script, LOOK_SECONDS);
  const answered = code === 0 && stdout.includes("== filter");
  if (!answered) {
    const got = (stdout.trim() || stderr.trim() || `exit status ${code}`).split("\n").at(-1);
    return {
      answered,
      problem:
        `${subject(target)} cannot be asked for its firewall rules (${got}); ` +
        `start it with: pct start ${vmid}`,
    };
  }
  const problems = ruleProblems(wantedRules(rules), stdout);
  if (problems.length === 0) return { answered };
  return {
    answered,
    problem:
      `the firewall in force in ${subject(target)} is not the one that is declared ` +
      `(${problems.join("; ")}); ${likelyCause(stdout)}`,
  };
}

/** Installs and loads the rules anew where others are in force, and looks a second time. */
async function ensure(target: Target): Promise<void> {
  const before = await look(target);
  if (before.problem === undefined) return;
  if (!before.answered) throw new Error(before.problem);
  const { node, vmid, rules } = target;
  const script = `pct exec ${vmid} -- bash -c ${shellQuote(repairFirewall(rules))}`;
  const { code, stderr } = await runScript(node, script, REPAIR_SECONDS);
  const said = code === 0 ? "" : stderr.trim().split("\n").slice(-3).join(" ");
  const { problem } = await look(target);
  if (problem) throw new Error(said ? `${problem} (loading the rules said: ${said})` : problem);
  if (said) {
    throw new Error(
      `${subject(target)}: ${rules.service} does not start behind the rules: ${said}`,
    );
  }
}

function stateOf(inputs: CtFirewallStateInputs, problems: string[] = []): CtFirewallStateState {
  const { node, vmid, rules, triggers } = inputs;
  return { node, vmid, rules, triggers, problems, stateVersion: 1 };
}

export const ctFirewallStateProvider: pulumi.dynamic.ResourceProvider<
  CtFirewallStateInputs,
  CtFirewallStateState
> = {
  async create(inputs) {
    await ensure(inputs);
    return { id: `firewall-${inputs.vmid}`, outs: stateOf(inputs) };
  },

  /** Where nothing is declared differently, a look decides. */
  async diff(_id, olds, news) {
    const declared = ["vmid", "rules", "triggers"] as const;
    if (olds.problems.length > 0 || declared.some((k) => !isDeepStrictEqual(olds[k], news[k]))) {
      return { changes: true };
    }
    if (news.preview && !looksAreOn()) return { changes: false };
    const { answered, problem } = await look(news);
    if (answered || problem === undefined) return { changes: problem !== undefined };
    if (!news.preview) throw new Error(problem);
    console.warn(`not looked at: ${problem}`);
    return { changes: false };
  },

  async update(_id, _olds, news) {
    await ensure(news);
    return { outs: stateOf(news) };
  },

  /** Keeps the state of a CT that cannot be asked: it is not gone because it does not answer. */
  async read(id, props) {
    if (!props) throw new Error(`unable to read ${id}: import is not supported`);
    const { answered, problem } = await look(props);
    if (!answered) console.warn(`not looked at: ${problem}`);
    const problems = problem === undefined ? [] : [problem];
    return { id, props: answered ? { ...props, problems } : props };
  },
};
