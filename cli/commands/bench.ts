import { barRows, isMet } from "../../observer/benchmark";
import { nodeAccess, requireOutputs } from "../access/session";
import { benchLb, HOW } from "../bench/lb";
import { type Command, type CommandContext, jsonOption, UsageError } from "../core/command";
import { withLabLock } from "../core/lock";
import { table } from "../core/table";

const benchmarks = { lb: "the load balancer's latency, throughput and memory" };
const names = Object.keys(benchmarks);

export const command: Command = {
  usage: "bench [lb] [--json]",
  description:
    "Measures, beside stated bars. lb: latency that the load balancer adds at 500 requests/s,\n" +
    "throughput against HAProxy outside its CT, memory at 2,000 connections; about two minutes.\n" +
    "Without a name: what there is. Figures of a machine that is busy with other work mean\n" +
    "nothing. Exit status 1 when a bar is missed.",
  options: { json: jsonOption },
  maxArgs: 1,
  async run(context) {
    const [name] = context.args;
    if (name === undefined) {
      const text = table(["name", "measures"], Object.entries(benchmarks));
      context.print(context.json ? JSON.stringify({ version: 1, benchmarks }) : text);
      return 0;
    }
    if (!names.includes(name)) {
      const got = JSON.stringify(name);
      throw new UsageError(`bench: is unknown, got ${got}; there is ${names.join(", ")}`);
    }
    return withLabLock(context.paths, "bench", () => bench(context, name));
  },
};

async function bench(context: CommandContext, name: string): Promise<number> {
  const outputs = await requireOutputs(context);
  const ssh = await nodeAccess(context);
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Error("interrupted; nothing is left running"));
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const result = await context.progress.step("Benchmark of the load balancer", (note) =>
      benchLb({ ssh, outputs, signal: abort.signal }, note),
    );
    const pass = result.bars.every(isMet);
    context.print(
      context.json
        ? JSON.stringify({ version: 1, benchmark: name, pass, ...result }, undefined, 2)
        : `${HOW}\n\n${table(["", "measured", "bar", ""], barRows(result.bars))}`,
    );
    return pass ? 0 : 1;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
