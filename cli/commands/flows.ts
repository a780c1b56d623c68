import { setTimeout as sleep } from "node:timers/promises";
import { aggregate, type DeniedPacket, FLOW_HEADER, flowLine } from "../../observer/flows";
import { type FlowReading, readFlows } from "../lab/flowLogs";
import { nodeAccess, openPulumi } from "../lab/session";
import { type Command, type CommandContext, jsonOption, UsageError } from "../core/command";
import { stackSettings } from "../stack/settings";

const DEFAULT_SINCE = "10m";
const FOLLOW_EVERY_MS = 2000;

export const command: Command = {
  usage: "flows [--since 10m] [--follow] [--json]",
  description:
    "Denied attempts in VPC flow-log format (version 2), from every CT and the Proxmox node: what the\n" +
    "CTs' filters dropped, what the node did not let in or forward, and spoofed addresses on CTs'\n" +
    "ports (pve-vmbr1). Packets of one flow within 60 s are one line. The account is the stack's\n" +
    "name. Logging is limited to 10 packets a second and place: counts of a flood are too low. The\n" +
    "node keeps its log where ulogd2 is installed, which up sees to; where it could not, flows says so.",
  options: {
    since: {
      type: "string",
      value: "TIME",
      help: `how far back: 30s, 10m, 2h (default ${DEFAULT_SINCE})`,
    },
    follow: { type: "boolean", help: "go on with what comes, until Ctrl-C" },
    json: jsonOption,
  },
  async run(context) {
    const since = Date.now() - milliseconds(context.options.since);
    if (context.json && context.options.follow === true) {
      throw new UsageError(
        "lab flows: --json is one document, which --follow never ends; drop one",
      );
    }
    const settings = await stackSettings(context, await openPulumi(context));
    const ssh = await nodeAccess(context);
    const reading = await readFlows(ssh, settings);
    const packets = reading.packets.filter(({ time }) => time >= since);
    const flows = aggregate(packets, context.stack);
    if (context.json) {
      context.print(JSON.stringify({ flows, missing: reading.missing }, undefined, 2));
      return 0;
    }
    context.print(FLOW_HEADER);
    for (const flow of flows) context.print(flowLine(flow));
    tellMissing(context, reading);
    if (context.options.follow === true)
      await follow(context, () => readFlows(ssh, settings), reading);
    return 0;
  },
};

/** Prints what is new every two seconds; the same flow later is a line again. */
async function follow(
  context: CommandContext,
  read: () => Promise<FlowReading>,
  first: FlowReading,
): Promise<never> {
  const key = (packet: DeniedPacket) => JSON.stringify(packet);
  let known = new Set(first.packets.map(key));
  while (true) {
    await sleep(FOLLOW_EVERY_MS);
    const { packets } = await read();
    const fresh = packets.filter((packet) => !known.has(key(packet)));
    for (const flow of aggregate(fresh, context.stack)) context.print(flowLine(flow));
    known = new Set(packets.map(key));
  }
}

function tellMissing(context: CommandContext, { missing }: FlowReading): void {
  if (missing.length === 0) return;
  context.progress.info(
    `no flow log from ${missing.join(", ")}: not running, or without ulogd2; see ./lab flows --help`,
  );
}

function milliseconds(given: string | boolean | undefined): number {
  const text = typeof given === "string" ? given : DEFAULT_SINCE;
  const [, count, unit] = /^(\d{1,6})(s|m|h)$/.exec(text) ?? [];
  const factor = { s: 1000, m: 60_000, h: 3_600_000 }[unit as "s" | "m" | "h"];
  if (!count || !factor) {
    throw new UsageError(
      `--since: must be a time such as 30s, 10m or 2h, got ${JSON.stringify(text)}`,
    );
  }
  return Number(count) * factor;
}
