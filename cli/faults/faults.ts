import { randomBytes } from "node:crypto";
import { type Fault, faultOf } from "./kinds";
import {
  type ActiveFault,
  healScript,
  injectScript,
  listScript,
  parseActive,
} from "./faultScripts";
import { FAULT_FORMS, type FaultSpec, formatFault, parseFault } from "./faultSpec";
import { shellQuote } from "../../lib/shell/quote";
import { stateWords } from "../../lib/haproxy/backends";
import { otherGroups } from "../../lib/haproxy/targetRegistration";
import { type NodeAccess, onNode } from "../lab/ssh";
import { missingWord, unknownWord } from "../core/suggest";
import { UsageError } from "../core/command";
import type { StackOutputs, TargetOutput } from "../stack/outputs";

const timeoutMs = 60_000;

/** The target of that name. @throws UsageError when there is none. */
export function requireTarget(outputs: StackOutputs, name: string): TargetOutput {
  const found = outputs.targets.find((target) => target.name === name);
  if (found) return found;
  const names = outputs.targets.map((target) => target.name);
  throw new UsageError(unknownWord("target", name, names));
}

/** The name of a target, as it was given. @throws UsageError when none was. */
export function requireName(command: string, name: string | undefined): string {
  if (name) return name;
  throw new UsageError(
    `lab ${command}: the name of a target is missing; say ./lab ${command} app1`,
  );
}

/** The fault of that name. @throws UsageError when it cannot be understood. */
export function requireFault(text: string | undefined): FaultSpec {
  if (text === undefined) {
    throw new UsageError(missingWord("the kind of fault", FAULT_FORMS));
  }
  try {
    return parseFault(text);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

export function faultFor(outputs: StackOutputs, target: TargetOutput, spec: FaultSpec): Fault {
  const { loadBalancer, database } = outputs;
  const loadBalancerAddress = loadBalancer.privateAddress;
  return faultOf(spec, { ...target, loadBalancerAddress, database });
}

/** When the damage was done, in seconds of the node's clock: after `before`, not after `after`. */
export interface Injected {
  before: number;
  after: number;
}

/** Breaks a target. @throws when the command failed; then it has been repaired again. */
export async function inject(
  ssh: NodeAccess,
  target: TargetOutput,
  from: { spec: FaultSpec; fault: Fault; seconds?: number },
): Promise<Injected> {
  const token = randomBytes(6).toString("hex");
  const script = injectScript({ vmid: target.vmid, ...from, token });
  const said = await bash(ssh, script, `fault ${formatFault(from.spec)} of ${target.name}`);
  const [before, after] = said.trim().split("\n").map(Number);
  return { before: before!, after: after! };
}

/** Repairs every fault that was injected into a target, and returns them. */
export async function heal(
  ssh: NodeAccess,
  outputs: StackOutputs,
  target: TargetOutput,
): Promise<{ spec: FaultSpec; command: string }[]> {
  const found = (await injectedFaults(ssh)).filter(({ vmid }) => vmid === target.vmid);
  const specs = found.map(({ spec }) => spec);
  // A CT that is stopped must run before anything inside it can be repaired.
  specs.sort((a, b) => Number(b.kind === "stop") - Number(a.kind === "stop"));
  const healed: { spec: FaultSpec; command: string }[] = [];
  for (const spec of specs) {
    const fault = faultFor(outputs, target, spec);
    const what = `repair of ${formatFault(spec)} of ${target.name}`;
    await bash(ssh, healScript(target.vmid, spec.kind, fault), what);
    healed.push({ spec, command: fault.undo });
  }
  return healed;
}

/** Every fault that was injected and not repaired since, whether it is over or not. */
export async function injectedFaults(ssh: NodeAccess): Promise<ActiveFault[]> {
  return parseActive(await bash(ssh, listScript(), "faults in force"));
}

/** Words for the node: each line of their input is answered by the faults in force and a line `mark`. */
export const faultsOnAsking = (mark: string): string[] => [
  ...["bash", "-c", `while read -r _; do (${listScript()}\n); echo ${shellQuote(mark)}; done`],
];

/** The command that sets a target's state at run time, on the node. */
export function stateCommand(
  outputs: StackOutputs,
  target: TargetOutput,
  state: "drain" | "ready",
): string {
  const line = stateWords(target.name, state);
  const socket = "UNIX-CONNECT:/run/haproxy/admin.sock";
  return `pct exec ${outputs.loadBalancer.vmid} -- sh -c 'echo "${line}" | socat -t2 - ${socket}'`;
}

export async function setState(
  ssh: NodeAccess,
  outputs: StackOutputs,
  target: TargetOutput,
  state: "drain" | "ready",
): Promise<void> {
  const command = stateCommand(outputs, target, state);
  const others = shellQuote(otherGroups(target.name, state));
  const inGroups = `pct exec ${outputs.loadBalancer.vmid} -- sh -c ${others}`;
  const said = (await bash(ssh, `${command}\n${inGroups}`, `${state} of ${target.name}`)).trim();
  // HAProxy answers nothing when it has done it, and a sentence when not; the status is 0 for both.
  if (said !== "") throw new Error(`${state} of ${target.name}: the load balancer says: ${said}`);
}

async function bash(ssh: NodeAccess, script: string, what: string): Promise<string> {
  const { code, stdout, stderr } = await onNode(ssh, ["bash", "-c", script], { timeoutMs });
  if (code !== 0) throw new Error(`${what}: exit status ${code}: ${stderr.trim()}`);
  return stdout;
}
