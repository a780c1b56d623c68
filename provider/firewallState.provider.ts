import type * as pulumi from "@pulumi/pulumi";
import { likelyCause, LOOK, ruleProblems, type WantedRules } from "../lib/security/rulesInForce";
import { shellQuote } from "../lib/shell/quote";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { runScript } from "./ssh";

/** A CT and the rules that must be in force in it. */
export interface GuardedCt {
  vmid: number;
  name: string;
  wanted: WantedRules;
  /** Script that installs and loads them anew. */
  repair: string;
}

export interface FirewallStateInputs {
  node: SshEndpoint;
  cts: GuardedCt[];
}

export interface FirewallStateState extends FirewallStateInputs {
  /** By vmid, how often other rules were found in force. */
  repairs: Record<string, number>;
  stateVersion: 1;
}

// Everything below is serialised into the state with the provider: plain functions only.

const MARK = "#### CT ";

/**
 * What each CT answers, by vmid, asked all at once through the Proxmox node: `pct exec` gets in where
 * rules keep SSH out. For a CT that does not answer the text is its status.
 */
async function look(node: SshEndpoint, cts: GuardedCt[]): Promise<Map<number, string>> {
  const ask = ({ vmid }: GuardedCt) =>
    `{ pct exec ${vmid} -- bash -c ${shellQuote(LOOK)} > "$dir/${vmid}" 2>/dev/null ||
  pct status ${vmid} > "$dir/${vmid}" 2>&1 || true; } &`;
  const tell = ({ vmid }: GuardedCt) => `echo "${MARK}${vmid}"; cat "$dir/${vmid}"`;
  const script = ["dir=$(mktemp -d)", ...cts.map(ask), "wait", ...cts.map(tell), 'rm -r "$dir"'];
  const { code, stdout, stderr } = await runScript(node, script.join("\n"), 60);
  if (code !== 0) {
    const said = stderr.trim();
    throw new Error(`unable to look at the CTs' firewall rules: exit status ${code}: ${said}`);
  }
  const answers = new Map<number, string>();
  for (const part of stdout.split(MARK).slice(1)) {
    const end = part.indexOf("\n");
    answers.set(Number(part.slice(0, end)), part.slice(end + 1));
  }
  return answers;
}

const answered = (answer: string) => answer.includes("== filter");

/** What is wrong with a CT's rules, in one sentence; undefined when nothing is. */
function problemOf({ vmid, name, wanted }: GuardedCt, answer: string): string | undefined {
  const subject = `CT ${vmid} "${name}"`;
  if (!answered(answer)) {
    return (
      `${subject}: cannot be asked for its firewall rules, got "${answer.trim()}"; ` +
      `start it with: pct start ${vmid}`
    );
  }
  const problems = ruleProblems(wanted, answer);
  if (problems.length === 0) return undefined;
  const got = problems.join("; ");
  return `${subject}: its firewall is not its security group's, got ${got}; ${likelyCause(answer)}`;
}

/** Those with other rules are installed anew; what is still wrong then is an error with its cause. */
async function ensure({ node, cts }: FirewallStateInputs): Promise<void> {
  const before = await look(node, cts);
  const broken = cts.filter((ct) => problemOf(ct, before.get(ct.vmid) ?? "") !== undefined);
  if (broken.length === 0) return;
  const failures = new Map<number, string>();
  for (const { vmid, repair } of broken) {
    const script = `pct exec ${vmid} -- bash -c ${shellQuote(repair)}`;
    const { code, stderr } = await runScript(node, script, 120);
    if (code !== 0) failures.set(vmid, stderr.trim().split("\n").slice(-3).join(" "));
  }
  const after = await look(node, broken);
  const problems = broken.flatMap((ct) => {
    const problem = problemOf(ct, after.get(ct.vmid) ?? "");
    const failure = failures.get(ct.vmid);
    if (problem) return [failure ? `${problem} (loading them said: ${failure})` : problem];
    if (!failure) return [];
    const subject = `CT ${ct.vmid} "${ct.name}"`;
    return [`${subject}: its service does not start behind the rules, got "${failure}"`];
  });
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

function stateOf(inputs: FirewallStateInputs | FirewallStateState): FirewallStateState {
  const { host, port, user, hostKey, keyFile } = inputs.node;
  const repairs = "repairs" in inputs ? inputs.repairs : {};
  return {
    node: { host, port, user, hostKey, keyFile },
    cts: inputs.cts.map(({ vmid, name, wanted, repair }) => ({
      vmid,
      name,
      wanted: {
        input: wanted.input,
        forward: wanted.forward,
        dockerUser: wanted.dockerUser,
        inputV6: wanted.inputV6,
        forwardV6: wanted.forwardV6,
      },
      repair,
    })),
    repairs: Object.fromEntries(inputs.cts.map(({ vmid }) => [vmid, repairs[vmid] ?? 0])),
    stateVersion: 1,
  };
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export const firewallStateProvider: pulumi.dynamic.ResourceProvider<
  FirewallStateInputs,
  FirewallStateState
> = {
  /** Looks, in previews too, at the CTs that were in order before; counts those that are not now. */
  async check(olds: Partial<FirewallStateState> | undefined, news: FirewallStateInputs) {
    const known = news.cts.filter(({ vmid }) => olds?.repairs?.[vmid] !== undefined);
    const repairs: Record<string, number> = { ...olds?.repairs };
    const failures: { property: string; reason: string }[] = [];
    try {
      const answers = known.length > 0 ? await look(news.node, known) : new Map<number, string>();
      for (const ct of known) {
        const answer = answers.get(ct.vmid) ?? "";
        // A CT that is stopped, or about to be made anew, is somebody else's to bring up.
        const up = answered(answer) || answer.includes("running");
        if (up && problemOf(ct, answer)) repairs[ct.vmid] = (repairs[ct.vmid] ?? 0) + 1;
      }
    } catch (error) {
      failures.push({ property: "", reason: (error as Error).message });
    }
    const inputs = stateOf({ ...news, repairs, stateVersion: 1 });
    return { inputs: inputs as unknown as FirewallStateInputs, failures };
  },

  async create(inputs) {
    await ensure(inputs);
    return { id: "firewall-state", outs: stateOf(inputs) };
  },

  async diff(_id, olds, news) {
    return Promise.resolve({ changes: !same(stateOf(olds), stateOf(news)) });
  },

  async update(_id, _olds, news) {
    await ensure(news);
    return { outs: stateOf(news) };
  },
};
