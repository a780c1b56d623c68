import type { HealthCheck } from "./profiles";

/** As an ALB's deregistration delay is meant; answers take no longer than `timeout server`. */
export const DEREGISTRATION_DELAY_SECONDS = 10;
/** How long a target that is taken out may take at most, as on AWS. */
const MAX_DELAY_SECONDS = 3600;

const MILLISECONDS = ["intervalMs", "fastIntervalMs", "downIntervalMs", "timeoutMs"] as const;
const THRESHOLDS = ["healthyThreshold", "unhealthyThreshold"] as const;

const isWithin = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most;

/** Problems of a whole health check, the profile's numbers included, as sentences. */
export function healthCheckProblems(check: HealthCheck): string[] {
  const problems: string[] = [];
  if (!/^\/[!-~]*$/.test(check.path) || /["'\\#]/.test(check.path)) {
    problems.push(
      `healthCheck.path is ${JSON.stringify(check.path)}; give a path that begins with /, ` +
        "without spaces, quotes, backslashes and #",
    );
  }
  for (const key of MILLISECONDS) {
    if (!isWithin(check[key], 10, 300_000)) {
      problems.push(`healthCheck.${key} is ${check[key]}; give 10 to 300000 milliseconds`);
    }
  }
  for (const key of THRESHOLDS) {
    if (!isWithin(check[key], 1, 100)) {
      problems.push(`healthCheck.${key} is ${check[key]}; give 1 to 100 checks`);
    }
  }
  if (check.timeoutMs > check.intervalMs) {
    problems.push(
      `healthCheck.timeoutMs is ${check.timeoutMs}, longer than the ${check.intervalMs} of ` +
        "intervalMs; give a shorter timeout or a longer interval",
    );
  }
  return problems;
}

export function deregistrationDelayProblems(seconds: number): string[] {
  if (isWithin(seconds, 0, MAX_DELAY_SECONDS)) return [];
  return [`deregistrationDelaySeconds is ${seconds}; give 0 to ${MAX_DELAY_SECONDS} whole seconds`];
}
