import { planProbes, places, type Probe } from "../../observer/reach/plan";
import { parseOutcomes, reachScript } from "../../observer/reach/script";
import { judgeProbes, type Verdict } from "../../observer/reach/verdict";
import type { Settings } from "../../lib/stack/settings";
import { type NodeAccess, onNode } from "./ssh";

/** How long the node may take; an unanswered probe alone takes 2.5 s. */
const timeoutMs = 120_000;

/**
 * Probes from every source at once and compares with the model.
 *
 * @param lanHost a free address of the LAN, for a host there; without one nothing is probed from the LAN
 * @param only which probes to run, and their port, which may be any
 * @throws when the node does not get the probes done
 */
export async function probeReach(
  ssh: NodeAccess,
  settings: Settings,
  lanHost: string | undefined,
  only?: { chosen: (probe: Probe) => boolean; port: number },
): Promise<Verdict[]> {
  const all = places(settings, await nodeLanAddress(ssh, settings.lan.bridge), lanHost);
  const probes = planProbes(settings, all, only ? [only.port] : []).filter(
    only?.chosen ?? (() => true),
  );
  const stdin = reachScript(settings, all, probes);
  const answer = await onNode(ssh, ["bash", "-s"], { stdin, timeoutMs });
  if (answer.code !== 0) {
    const said = answer.stderr.trim() || `exit status ${answer.code}`;
    throw new Error(`probes: the Proxmox node cannot run them: ${said}`);
  }
  return judgeProbes(probes, parseOutcomes(probes, answer.stdout));
}

async function nodeLanAddress(ssh: NodeAccess, bridge: string): Promise<string> {
  const words = ["ip", "-4", "-o", "address", "show", "dev", bridge];
  const { stdout, stderr } = await onNode(ssh, words, { timeoutMs: 15_000 });
  const address = /inet ([\d.]+)/.exec(stdout)?.[1];
  if (!address) throw new Error(`${bridge}: has no IPv4 address on the Proxmox node: ${stderr}`);
  return address;
}
