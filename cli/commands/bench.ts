import { barRows, isMet } from "../../observer/benchmark";
import type { Benchmark } from "../bench/benchmark";
import { lb } from "../bench/lb";
import { up } from "../bench/up";
import { type Command, type CommandContext, jsonOption, UsageError } from "../core/command";
import { interruptible } from "../../system/interruptible";
import { unknownWord } from "../core/suggest";
import { table } from "../core/table";

const benchmarks: Record<string, Benchmark> = { lb, up };

export const command: Command = {
  usage: "bench [lb|up] [--json]",
  description:
    "Measures, beside stated bars. lb: latency that the load balancer adds at 500 requests/s,\n" +
    "throughput against HAProxy outside its CT, memory at 2,000 connections; two minutes and a\n" +
    "half. up: a second `up`, and `preview` with the policy pack and without, and both beside an\n" +
    "empty program; five minutes.\n" +
    "Without a name: what there is. Figures of a machine that is busy with other work mean\n" +
    "nothing. Exit status 1 when a bar is missed.",
  options: { json: jsonOption },
  maxArgs: 1,
  words: Object.keys(benchmarks),
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
      throw new UsageError(unknownWord("benchmark", name, Object.keys(benchmarks)));
    }
    return measure(context, name, benchmark);
  },
};

async function measure(
  context: CommandContext,
  name: string,
  benchmark: Benchmark,
): Promise<number> {
  const title = `Benchmark ${name}: ${benchmark.measures}`;
  const result = await interruptible("nothing is left running", (signal) =>
    context.progress.step(title, (note) => benchmark.run(context, signal, note)),
  );
  const pass = result.bars.every(isMet);
  context.print(
    context.json
      ? JSON.stringify({ version: 1, benchmark: name, pass, ...result }, undefined, 2)
      : `${benchmark.how}\n\n${table(["", "measured", "bar", ""], barRows(result.bars))}`,
  );
  return pass ? 0 : 1;
}
