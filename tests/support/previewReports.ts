import type { PreviewReport } from "../../cli/ci/report";

/** A report of a change that does nothing. */
export function example(changes: Partial<PreviewReport> = {}): PreviewReport {
  return {
    version: 1,
    verdict: "ok",
    stack: "the embedded node",
    base: { ref: "main", commit: "1111111111111111111111111111111111111111" },
    head: { ref: "HEAD", commit: "2222222222222222222222222222222222222222" },
    labels: [],
    guarded: [],
    changes: [],
    consequences: { traffic: [], dataLoss: [], data: [] },
    violations: [],
    budget: {
      memoryMiB: { before: 2432, after: 2432, limit: 3200 },
      diskGiB: { before: 38, after: 38, limit: 44 },
    },
    texts: [],
    reach: { gained: [], lost: [] },
    ...changes,
  };
}

const CT = "proxmoxve:index/containerLegacy:ContainerLegacy";

/** Reports of the kinds that matter, for golden files. */
export const EXAMPLES: Record<string, PreviewReport> = {
  "text-only": example(),
  "new-node": example({
    changes: [
      { change: "created", part: "app4", name: "app4-ct", type: CT, causes: [] },
      {
        change: "run again",
        part: "db",
        name: "db-config",
        type: "a:b:Command",
        causes: ["create"],
      },
    ],
    consequences: {
      traffic: ["app4 is new: it gets requests once it is healthy, 0 requests lost expected"],
      dataLoss: [],
      data: [],
    },
    budget: {
      memoryMiB: { before: 2432, after: 2944, limit: 3200 },
      diskGiB: { before: 38, after: 46, limit: 44 },
    },
    texts: [{ title: "lb: /etc/haproxy/haproxy.cfg", diff: "@@\n   server app3\n+  server app4" }],
    reach: { gained: ["lb to app4: 3000/tcp on the private side"], lost: [] },
  }),
  "data-loss": example({
    verdict: "data-loss",
    changes: [
      {
        ...{ change: "replaced", part: "db", name: "db-ct", type: CT },
        causes: ["vmId: 150 → 151", "description: a | b"],
      },
    ],
    consequences: {
      traffic: ["db is away meanwhile: requests that need it fail"],
      dataLoss: ["replaces db: DATA LOSS"],
      data: [],
    },
  }),
  guarded: example({
    verdict: "violation",
    guarded: [
      { title: "policies and their severities", files: ["policy/policies/index.ts"] },
      { title: "workflows and this preview itself", files: [".github/workflows/preview.yml"] },
    ],
    baseViolations: [
      {
        ...{ policy: "docker-container-confined", mandatory: true, resource: "app1-web" },
        message: 'Docker container "app1-web": is privileged, got true; take privileged out',
      },
    ],
  }),
  "type-error": example({
    verdict: "head-broken",
    budget: undefined,
    problem: {
      at: "typecheck",
      title: "The change has a type error; nothing was deployed.",
      text: "index.ts(3,1): error TS2322: Type 'number' is not assignable to type 'string'.",
    },
  }),
  rehearsal: example({
    verdict: "rehearsal",
    rehearsal: {
      ...{ sent: 4000, lost: 2, leastHealthy: 2, failed: false, second: "no changes" },
      failures: ["1200 ms after its begin: app2: socket hang up"],
      latency: {
        before: { p50: 1.1, p99: 4.2, max: 9 },
        during: { p50: 1.3, p99: 12.5, max: 80.1 },
        after: { p50: 1.1, p99: 4.4, max: 9.3 },
      },
      changes: "3 updated",
    },
  }),
};
