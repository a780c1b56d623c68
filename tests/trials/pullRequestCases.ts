/** One edit of a file: the text that is there, and what takes its place. */
export interface Edit {
  file: string;
  from: string;
  to: string;
}

/** A prepared change, and what its preview must say. */
export interface PullRequestCase {
  name: string;
  edits: Edit[];
  /** Exit status of `./lab ci preview`. */
  status: number;
  /** What the Markdown must have. */
  says: RegExp[];
  /** What it must not have. */
  not?: RegExp[];
}

const config = (from: string, to: string): Edit => ({ file: "Pulumi.dev.yaml", from, to });
/** Adds values to the stack's configuration. */
const values = (...lines: string[]): Edit =>
  config("config:\n", `config:\n${lines.map((line) => `  homelab:${line}\n`).join("")}`);

/** The base has two app nodes, so that there is room for a third. */
export const BASE_EDITS: Edit[] = [config("homelab:appNodeCount: 3", "homelab:appNodeCount: 2")];

const BUILD =
  '{ template: "local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst", generation: 1 }';

const DRAINED = /app\d [^\n]*drained first, 0 requests lost expected/;

/** Twelve kinds of changes, a budget that the program itself refuses, and a policy that is taken away. */
export const PULL_REQUESTS: PullRequestCase[] = [
  {
    name: "harmless",
    edits: [values("lbProfile: alb-default")],
    status: 0,
    says: [/lb reloads its configuration, 0 requests lost/, /haproxy\.cfg/, /nothing is lost/],
    not: [/DATA LOSS/, /OUTAGE/],
  },
  {
    name: "text-only",
    edits: [{ file: "docs/lessons.md", from: "# Lessons", to: "# What was learned" }],
    status: 0,
    says: [/\| Resources \| no changes \|/, /\| Traffic \| not touched \|/],
    not: [/<details>/],
  },
  {
    name: "replace-app",
    edits: [
      {
        file: "index.ts",
        from: "build: config.build(name),",
        to: `build: name === "app2" ? ${BUILD} : config.build(name),`,
      },
    ],
    status: 0,
    says: [/app2 is rebuilt: drained first, 0 requests lost expected/, /replaced/],
    not: [/app1 is rebuilt/, /DATA LOSS/],
  },
  {
    name: "driver-change",
    edits: [config("- overlay2\n    - fuse-overlayfs", "- overlay2\n    - overlay2")],
    status: 0,
    says: [/app2 [^\n]*drained first/, /daemon\.json/, /restarted/],
    not: [/app1 [^\n]*drained first/],
  },
  {
    name: "replace-db",
    edits: [values("vmidDb: 151")],
    status: 4,
    says: [/replaces db: DATA LOSS/, /allow-data-loss/],
  },
  {
    name: "policy-violation",
    edits: [
      {
        file: "components/webService.ts",
        from: "    readOnly: true,\n",
        to: "    readOnly: true,\n    privileged: true,\n",
      },
    ],
    status: 3,
    says: [/violated/, /docker-/, /privileged/],
  },
  {
    name: "opens-a-port",
    edits: [
      {
        file: "lib/stack/guestKinds.ts",
        from: 'databaseWay(group("app"), DATABASE_PORT)',
        to: 'databaseWay({ cidr: "10.10.10.0/24" }, DATABASE_PORT)',
      },
    ],
    status: 3,
    says: [/\+10\.10\.10\.0\/24 to db: 5432\/tcp/, /pg_hba\.conf/, /rules\.v4/, /violated/],
  },
  {
    name: "syntax-error",
    edits: [{ file: "index.ts", from: "export = async", to: "export = = async" }],
    status: 6,
    says: [/syntax error; nothing was deployed/, /index\.ts\(\d+,\d+\)/],
  },
  {
    name: "type-error",
    edits: [{ file: "index.ts", from: "profile: config.loadBalancer.profile", to: "profile: 7" }],
    status: 6,
    says: [/type error; nothing was deployed/, /index\.ts\(\d+,\d+\)/],
  },
  {
    name: "new-node",
    edits: [config("homelab:appNodeCount: 2", "homelab:appNodeCount: 3")],
    status: 0,
    says: [/app3 is new: it gets requests once it is healthy/, /\+512/, /\+app3 to db: 5432/],
  },
  {
    name: "over-budget",
    edits: [values("dbMemoryMiB: 2600", "memoryBudgetMiB: 8192")],
    status: 3,
    says: [/over the budget, got \d+ MiB/, /stack-within-budget/, /PostgreSQL is restarted/],
  },
  {
    name: "over-the-configured-budget",
    edits: [values("dbMemoryMiB: 2600")],
    status: 6,
    says: [/memory: \d CTs and the node's 896 MiB exceed the budget/, /raise memoryBudgetMiB/],
  },
  {
    name: "image-change",
    edits: [{ file: "app/page.ts", from: "<h1>", to: "<h1>The " }],
    status: 0,
    says: [/app1 gets a new container/, /app2 gets a new container/, DRAINED],
    not: [/rebuilt/],
  },
  {
    name: "takes-a-policy-away",
    edits: [
      {
        file: "policy/policies/index.ts",
        from: "  dockerContainers,\n  serviceConnected,",
        to: "  serviceConnected,",
      },
      {
        file: "components/webService.ts",
        from: "    readOnly: true,\n",
        to: "    readOnly: true,\n    privileged: true,\n",
      },
    ],
    status: 3,
    says: [/policies and their severities/, /By the base's policies/, /allow-guarded-change/],
  },
];
