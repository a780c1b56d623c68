import assert from "node:assert/strict";
import { type LabClone, labClone } from "./labClone";
import { waitUntil } from "./waitUntil";

/** A target as `./lab status --json` prints it, as far as tests look at it. */
export interface Target {
  name: string;
  vmid: number;
  address: string;
  state: string;
}

export interface LabStatus {
  localUrl: string;
  targets: Target[];
}

export async function labStatus(clone: LabClone = labClone()): Promise<LabStatus> {
  return JSON.parse((await clone.ok(["status", "--json"])).stdout) as LabStatus;
}

/** Waits until a target is in a state, as the load balancer sees it. */
export async function targetIs(name: string, state: string, seconds: number): Promise<void> {
  await waitUntil(`${name} ${state}`, seconds, async () => {
    const target = (await labStatus()).targets.find((one) => one.name === name);
    const seen = target?.state ?? "missing";
    return { value: seen === state || undefined, seen };
  });
}

/** Waits until the three targets are healthy; until then `./lab status` itself may fail. */
export async function allHealthy(seconds: number, clone: LabClone = labClone()): Promise<void> {
  await waitUntil("every target healthy", seconds, async () => {
    const { code, stdout, stderr } = await clone.run(["status", "--json"]);
    if (code !== 0) return { seen: stderr.trim() };
    const states = (JSON.parse(stdout) as LabStatus).targets.map(({ state }) => state);
    const well = states.length === 3 && states.every((state) => state === "healthy");
    return { value: well || undefined, seen: states.join(" ") };
  });
}

/** The HTTP status of app2's service as seen from `from`; 0 where nothing answers within 3 s. */
export async function serviceStatus(from: string): Promise<number> {
  const url = "http://10.10.10.12:3000/healthz";
  const curl = ["curl", "-m", "3", "-s", "-o", "/dev/null", "-w", "%{http_code}", url];
  const { stdout } = await labClone().run(["exec", from, "--", ...curl]);
  assert.match(stdout.trim(), /^\d{3}$/, `curl did not run in ${from}`);
  return Number(stdout);
}
