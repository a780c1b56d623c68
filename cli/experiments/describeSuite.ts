import type { ExperimentResult, ExperimentSuite } from "../../observer/experiment";
import { gapMs } from "../../observer/gaps";
import { table } from "../core/table";

/** Several results for people: one line each, then what was not met. */
export function describeSuite(suite: ExperimentSuite): string {
  const rows = suite.results.map((result) => [
    result.pass ? "pass" : "FAIL",
    result.experiment,
    result.profile,
    lost(result, "GET"),
    lost(result, "POST"),
    result.masked ? String(result.masked.retried) : "-",
    milliseconds(result.latencyMs?.whole.p99),
    milliseconds(result.latencyMs?.whole.max),
    ...(result.experiment === "idle" ? ["-", "-"] : [gap(result, "removed"), gap(result, "back")]),
  ]);
  const header = ["", "experiment", "profile", "GET lost", "POST lost", "retried", "p99 ms"];
  const failures = suite.results.flatMap(({ experiment, profile, expectations }) =>
    expectations
      .filter(({ pass }) => !pass)
      .map((one) => `${experiment} (${profile}): ${one.expectation}: ${one.measured}`),
  );
  const busy = suite.results.filter((result) => result.busy);
  const passed = suite.results.filter(({ pass }) => pass).length;
  return [
    table([...header, "max ms", "removed ms", "back ms"], rows),
    "",
    ...failures.map((text) => `not met: ${text}`),
    ...busy.map((result) => `${result.experiment} (${result.profile}): ${result.busy}`),
    `${passed} of ${suite.results.length} passed`,
  ].join("\n");
}

/** `0 of 2100`; a HEAD counts as a GET, for both may be repeated. */
function lost({ accounts }: ExperimentResult, method: "GET" | "POST"): string {
  if (!accounts || accounts.GET.sent === 0) return "-";
  const counted = method === "GET" ? [accounts.GET, accounts.HEAD] : [accounts.POST];
  const sum = (of: "failed" | "sent") => counted.reduce((total, one) => total + one[of], 0);
  return `${sum("failed")} of ${sum("sent")}`;
}

const gap = ({ gaps = [] }: ExperimentResult, id: "removed" | "back") =>
  milliseconds(gapMs(gaps, id));

const milliseconds = (value: number | undefined) => (value === undefined ? "-" : value.toFixed(0));
