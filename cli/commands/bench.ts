import { barRows, isMet } from "../../observer/benchmark";
import type { Benchmark } from "../bench/benchmark";
import { lb } from "../bench/lb";
import { up } from "../bench/up";
import { type Command, type CommandContext, jsonOption, UsageError } from "../core/command";
import { table } from "../core/table";

const benchmarks: Record<string, Benchmark> = { lb, up };

export const command: Command = {
  usage: "bench [lb|up] [--json]",
  description:
    "Measures, beside stated bars. lb: latency that the load balancer adds at 500 requests/s,\n" +
    "throughput against HAProxy outside its CT, memory at 2,000 connections; two minutes and a\n" +
    "half. up: a second `up`, and `preview` with the policy pack and without; four minutes.\n" +
    "Without a name: what there is. Figures of a machine that is busy with other work mean\n" +
    "nothing. Exit status 1 when a bar is missed.",
  options: { json: jsonOption },
  maxArgs: 1,
  async run(context) {
    const [name] = context.args;
    if (name === undefined) {
      const rows = Object.entries(benchmarks).map(([name, { measures }]) => [name, measures]);
      const list = { version: 1, benchmarks: Object.fromEntries(rows) as Record<string, string> };
      context.print(context.json ? JSON.stringify(list) : table(["name", "measures"], rows));
      return 0;
    }
    const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
    if (!benchmark) {
      const [got, known] = [JSON.stringify(name), Object.keys(benchmarks).join(", ")];
      throw new UsageError(`bench: is unknown, got ${got}; there is ${known}`);
    }
    return measure(context, name, benchmark);
  },
};

async function measure(
  context: CommandContext,
  name: string,
  benchmark: Benchmark,
): Promise<number> {
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Error("interrupted; nothing is left running"));
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const result = await context.progress.step(`Benchmark ${name}: ${benchmark.measures}`, (note) =>
      benchmark.run(context, abort.signal, note),
    );
    const pass = result.bars.every(isMet);
    context.print(
      context.json
        ? JSON.stringify({ version: 1, benchmark: name, pass, ...result }, undefined, 2)
        : `${benchmark.how}\n\n${table(["", "measured", "bar", ""], barRows(result.bars))}`,
    );
    return pass ? 0 : 1;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
