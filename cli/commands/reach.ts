import { BASTION } from "../../lib/stack/ways";
import type { Settings } from "../../lib/stack/settings";
import { guestsOf } from "../../lib/stack/guests";
import { LAN_HOST, type Probe } from "../../observer/reach/plan";
import { isInLan } from "../../observer/reach/script";
import { summarise, type Verdict } from "../../observer/reach/verdict";
import { probeReach } from "../lab/reachability";
import { nodeAccess, openPulumi } from "../lab/session";
import { type Command, type CommandContext, jsonOption, UsageError } from "../core/command";
import { table } from "../core/table";
import { stackSettings } from "../stack/settings";

const METHOD = [
  "TCP: a connection from the source's own network. A refusal counts as open: the packet had",
  "passed every filter. UDP: a datagram to a listener that is there for the probe; each listener",
  "is tried from its own machine first.",
].join("\n");

/** Differences shown one by one. */
const MOST_SHOWN = 20;

export const command: Command = {
  usage: "reach [FROM TO:PORT[/udp]] [--lan-address ADDR] [--json]",
  description:
    "The reachability matrix: what the security groups let through, and what probes find, from a\n" +
    "host in the LAN, the Proxmox node (pve), the load balancer, each app node and the database,\n" +
    "to every address of every CT and of the node, on modelled and on wrong ports, over IPv4 and\n" +
    "IPv6 link-local. With FROM and TO:PORT it explains what decides that one, and probes it.\n" +
    `Exit status 1 when model and probe differ.\n\n${METHOD}\n\n` +
    "The host in the LAN is made on the LAN's bridge for the time of the probe. It needs a free\n" +
    "address: the embedded node has one; on a real Proxmox VE give it with --lan-address, else\n" +
    "nothing is probed from the LAN, and the result says so.",
  options: {
    "lan-address": { type: "string", value: "ADDR", help: "a free IPv4 address of the LAN" },
    json: jsonOption,
  },
  maxArgs: 2,
  async run(context) {
    const wanted = wantedProbe(context.args);
    const session = await openPulumi(context);
    const settings = await stackSettings(context, session);
    if (wanted) refuseUnknown(settings, wanted);
    const lanHost = lanAddress(context, settings) ?? session.node?.probeLanAddress;
    const from = Date.now();
    const only = wanted && {
      chosen: (probe: Probe) => isWanted(probe, wanted),
      port: wanted.port,
    };
    const verdicts = await probeReach(await nodeAccess(context), settings, lanHost, only);
    if (verdicts.length === 0)
      throw new Error(`${context.args.join(" ")}: is not probed; see --help`);
    const seconds = (Date.now() - from) / 1000;
    const result = { ...resultOf(verdicts, lanHost), seconds };
    if (context.json) context.print(JSON.stringify(result, undefined, 2));
    else if (wanted) explain(context, verdicts);
    else describe(context, result);
    return result.asModelled ? 0 : 1;
  },
};

interface Wanted {
  from: string;
  to: string;
  port: number;
  protocol: string;
}

function wantedProbe(args: string[]): Wanted | undefined {
  if (args.length === 0) return undefined;
  const [from = "", target = ""] = args;
  const [, to, port, protocol = "tcp"] = /^([\w-]+):(\d{1,5})(?:\/(tcp|udp))?$/.exec(target) ?? [];
  if (!to || !port) {
    throw new UsageError(
      `lab reach: want FROM and TO:PORT, got ${JSON.stringify(args.join(" "))}; ` +
        "for example: ./lab reach app1 db:5432",
    );
  }
  return { from, to, port: Number(port), protocol };
}

function refuseUnknown(settings: Settings, { from, to, port }: Wanted): void {
  const names = [BASTION, ...guestsOf(settings).map(({ name }) => name)];
  const unknown = [from, to].find((name) => ![...names, LAN_HOST].includes(name));
  if (unknown !== undefined || to === LAN_HOST || from === to) {
    throw new UsageError(
      `lab reach: cannot go from ${JSON.stringify(from)} to ${JSON.stringify(to)}; ` +
        `there are ${LAN_HOST} (as a source), ${names.join(", ")}`,
    );
  }
  if (port < 1 || port > 65535) {
    throw new UsageError(`lab reach: is no port, got ${port}; allowed are 1 to 65535`);
  }
}

const isWanted = (probe: Probe, { from, to, port, protocol }: Wanted) =>
  probe.to === to &&
  probe.port === port &&
  probe.protocol === protocol &&
  (probe.from === from || (probe.control && protocol === "udp"));

function lanAddress(context: CommandContext, settings: Settings): string | undefined {
  const given = context.options["lan-address"];
  if (typeof given !== "string") return undefined;
  if (!isInLan(settings, given)) {
    throw new UsageError(
      `lab reach: --lan-address must be a free address of the LAN ${settings.lan.cidr}, got ${JSON.stringify(given)}`,
    );
  }
  return given;
}

function resultOf(verdicts: Verdict[], lanHost: string | undefined) {
  const probes = verdicts.filter(({ control }) => !control);
  const differing = verdicts.filter(({ asModelled }) => !asModelled);
  return {
    asModelled: differing.length === 0,
    probes: probes.length,
    differing: differing.length,
    lanProbed: lanHost !== undefined,
    method: METHOD.replaceAll("\n", " "),
    pairs: summarise(verdicts),
    verdicts,
  };
}

function describe(
  context: CommandContext,
  result: ReturnType<typeof resultOf> & { seconds: number },
): void {
  const rows = result.pairs.map(({ from, to, open, closed, differing, probes }) => [
    ...[from, to, open.join(" ") || "-", `${closed}`, `${differing || "-"}`, `${probes}`],
  ]);
  context.print(table(["FROM", "TO", "OPEN", "CLOSED", "DIFFERS", "PROBES"], rows));
  const differing = result.verdicts.filter(({ asModelled }) => !asModelled);
  for (const verdict of differing.slice(0, MOST_SHOWN))
    context.print(`differs: ${sentence(verdict)}`);
  const hidden = differing.length - MOST_SHOWN;
  if (hidden > 0) context.print(`… and ${hidden} more differ; --json has them all`);
  if (!result.lanProbed)
    context.print("not probed from the LAN: give a free address with --lan-address");
  const good = result.probes - result.differing;
  context.print("");
  context.print(METHOD);
  context.print(
    `${result.asModelled ? "as modelled" : "NOT as modelled"}: ${good} of ${result.probes} probes, ${result.seconds.toFixed(1)} s`,
  );
}

function explain(context: CommandContext, verdicts: Verdict[]): void {
  for (const verdict of verdicts.filter(({ control }) => !control)) {
    context.print(sentence(verdict));
    context.print(`  decides: ${verdict.reason}`);
  }
}

function sentence({ from, to, on, family, protocol, port, address, ...rest }: Verdict): string {
  const where = family === 4 ? address : "IPv6 link-local";
  const model = rest.admitted ? "open" : "closed";
  const verdict = rest.asModelled ? "as modelled" : "NOT as modelled";
  return (
    `${from} -> ${to}:${port}/${protocol} (${on} side, ${where}): ` +
    `model ${model}, probe ${rest.outcome ?? "did not run"}: ${verdict}`
  );
}
