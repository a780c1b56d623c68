import { maskedFailures, maskedSince, maskedText } from "../../observer/maskedFailures";
import { firstReachable, probeInTurn } from "../../observer/probe";
import { judgeRoundRobin } from "../../observer/roundRobin";
import { requestTotals, targetHealth, targetRows } from "../../observer/targetHealth";
import { nodeAccess, requireNode, requireOutputs } from "../lab/session";
import { inCt, type NodeAccess, onNode } from "../lab/ssh";
import { loadBalancerStats } from "../status/labStatus";
import { type Command, type CommandContext, integerOption, jsonOption } from "../core/command";
import { devStack } from "../stack/workingCopy";

const defaultRequests = 12;

/** The test as the original homelab ran it, on the load balancer itself. */
const originalLoop =
  'for i in {1..12}; do curl -sI http://localhost/ | grep -i "^x-backend:"; done';

export const command: Command = {
  usage: "verify [-n 12] [--json]",
  description:
    "The round-robin test: asks the load balancer again and again, each time on a new connection,\n" +
    "and reads in X-Backend which target answered. With 12 requests the original loop is run on\n" +
    "the load balancer as well. Requests that had to be tried again are counted. Exit status 1\n" +
    "when the answers are not spread evenly.",
  options: {
    n: { type: "string", value: "N", help: "requests (1 to 10000, default 12)" },
    json: jsonOption,
  },
  async run(context) {
    const requests = integerOption("-n", context.options.n, {
      min: 1,
      max: 10_000,
      default: defaultRequests,
    });
    const result = await verify(context, requests);
    if (context.json) context.print(JSON.stringify(result, undefined, 2));
    else describe(context, result);
    return result.even ? 0 : 1;
  },
};

async function verify(context: CommandContext, requests: number) {
  const outputs = await requireOutputs(context);
  const ssh = await nodeAccess(context);
  const { vmid } = outputs.loadBalancer;
  const names = outputs.targets.map(({ name }) => name);
  const localUrl = context.stack === devStack ? (await requireNode(context)).localUrl : undefined;
  const url = await firstReachable([outputs.url, ...(localUrl ? [localUrl] : [])]);

  const rows = targetRows(await loadBalancerStats(ssh, vmid), names);
  const targets = names.filter((name) => targetHealth(rows.get(name)).state === "healthy");
  /** Sends requests and judges them; the load balancer's own count tells of other clients. */
  const judged = async (send: () => Promise<(string | undefined)[]>) => {
    const before = await loadBalancerStats(ssh, vmid);
    const answers = await send();
    const after = await loadBalancerStats(ssh, vmid);
    const answered = answers.filter((target) => target !== undefined).length;
    const all = sum(requestTotals(after, names)) - sum(requestTotals(before, names));
    const otherRequests = Math.max(0, all - answered);
    return {
      sequence: answers.map((target) => target ?? "no answer of a target"),
      ...judgeRoundRobin({ answers, targets, otherRequests }),
      masked: maskedSince(maskedFailures(before, names), maskedFailures(after, names)),
    };
  };

  const result = await judged(async () =>
    (await probeInTurn(url, requests)).map(({ target }) => target),
  );
  const loop =
    requests === defaultRequests ? await judged(() => runOriginalLoop(ssh, vmid)) : undefined;
  return {
    url,
    targets,
    outOfRotation: names.filter((name) => !targets.includes(name)),
    ...result,
    ...(loop && { originalLoop: { command: originalLoop, ...loop } }),
    even: result.even && (loop?.even ?? true),
  };
}

/** The loop needs no more than the load balancer's own shell and curl. */
async function runOriginalLoop(ssh: NodeAccess, vmid: number): Promise<(string | undefined)[]> {
  const answer = await onNode(ssh, inCt(vmid, ["bash", "-c", originalLoop]), { timeoutMs: 60_000 });
  const sequence = [...answer.stdout.matchAll(/^x-backend:\s*(\S+)/gim)].map((found) => found[1]!);
  return [...sequence, ...Array<undefined>(Math.max(0, defaultRequests - sequence.length))];
}

function describe(context: CommandContext, result: Awaited<ReturnType<typeof verify>>): void {
  context.print(`${result.requests} requests to ${result.url}, each on a new connection`);
  result.sequence.forEach((target, at) => {
    context.print(`${String(at + 1).padStart(5)}  X-Backend: ${target}`);
  });
  if (result.outOfRotation.length > 0) {
    context.print(`out of the rotation, because not healthy: ${result.outOfRotation.join(", ")}`);
  }
  context.print(result.verdict);
  context.print(`failures that clients did not see: ${maskedText(result.masked)}`);
  if (result.originalLoop) {
    context.print(
      `the original loop, on the load balancer: ${result.originalLoop.sequence.join(" ")}`,
    );
    context.print(result.originalLoop.verdict);
  }
}

const sum = (counts: Record<string, number>) =>
  Object.values(counts).reduce((total, count) => total + count, 0);
