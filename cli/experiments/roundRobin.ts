import type { Judged } from "../../observer/expectations";
import { type ProbeAnswer, probeInTurn } from "../../observer/probe";
import { now, type ProbeRecord } from "../../observer/prober";
import { judgeRoundRobin } from "../../observer/roundRobin";
import { setState } from "../faults/faults";
import { allHealthy, type Bench } from "./workbench";

const requests = 300;

/** All targets take turns; with one of them drained the others do; then all of them again. */
export async function roundRobin(bench: Bench): Promise<{ expectations: Judged[] }> {
  const { ssh, outputs, target } = bench;
  const names = outputs.targets.map(({ name }) => name);
  const expectations: Judged[] = [];
  const turn = async (what: string, targets: string[]) => {
    bench.note(what);
    bench.signal.throwIfAborted();
    const url = new URL("/healthz", bench.url).href;
    const onAnswer = (answer: ProbeAnswer) => bench.recording.requests([recordOf(answer)]);
    const answers = (await probeInTurn(url, requests, onAnswer)).map(({ target }) => target);
    const verdict = judgeRoundRobin({ answers, targets, otherRequests: 0 });
    const worst = Math.max(
      ...Object.values(verdict.counts).map((n) => Math.abs(n - requests / targets.length)),
    );
    const pass =
      worst <= 1 && answers.every((name) => name !== undefined && targets.includes(name));
    expectations.push({
      expectation: `${what}, ±1 of ${requests}`,
      measured: said(verdict.counts),
      pass,
    });
  };
  await turn("even over all targets", names);
  try {
    await setState(ssh, outputs, target, "drain");
    const others = names.filter((name) => name !== target.name);
    await turn(`even over the others while ${target.name} is drained`, others);
  } finally {
    await setState(ssh, outputs, target, "ready");
  }
  await allHealthy(bench, 30);
  await turn("even over all targets again", names);
  return { expectations };
}

/** An answer that has just come. */
function recordOf({ latencyMs, target, error }: ProbeAnswer): ProbeRecord {
  const doneAt = now();
  const sentAt = doneAt - latencyMs;
  const outcome = target === undefined ? "failed" : "ok";
  const known = { method: "GET", connection: "fresh", dueAt: sentAt, sentAt, doneAt } as const;
  return { ...known, outcome, ...(target !== undefined && { target }), error };
}

const said = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
