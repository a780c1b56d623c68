import type { CommandEntry } from "../core/help";

/**
 * Every command, in the order of the front page.
 *
 * Dynamic imports follow ESM rules, hence the endings.
 */
export const commands: CommandEntry[] = [
  {
    name: "up",
    group: "daily",
    shown: "up [--yes]",
    summary: "build and start everything, wait until every target is healthy",
    load: () => import("./up.js"),
  },
  {
    name: "status",
    group: "daily",
    shown: "status [--json]",
    summary: "load balancer, targets with state and reason, database, budget",
    load: () => import("./status.js"),
  },
  {
    name: "preview",
    group: "daily",
    shown: "preview",
    summary: "what up would change, with the policy pack",
    load: () => import("./preview.js"),
  },
  {
    name: "down",
    group: "daily",
    shown: "down [--yes]",
    summary: "destroy the stack; the embedded node stays",
    load: () => import("./down.js"),
  },
  {
    name: "reset",
    group: "daily",
    shown: "reset [--yes] [--caches] [--all]",
    summary: "remove the embedded node and this checkout's state",
    load: () => import("./reset.js"),
  },
  {
    name: "doctor",
    group: "daily",
    shown: "doctor [--json]",
    summary: "check machine and stack, each finding with its remedy",
    load: () => import("./doctor.js"),
  },
  {
    name: "verify",
    group: "learn",
    shown: "verify [-n 12] [--json]",
    summary: "the round-robin test: which target answered, even or not",
    load: () => import("./verify.js"),
  },
  {
    name: "fault",
    group: "learn",
    shown: "fault NAME KIND [--for 10s]",
    summary: "break a target: kill, hang, drop, error=50%, slow, db, full, …",
    load: () => import("./fault.js"),
  },
  {
    name: "heal",
    group: "learn",
    shown: "heal NAME|--all",
    summary: "undo its faults",
    load: () => import("./heal.js"),
  },
  {
    name: "drain",
    group: "learn",
    shown: "drain NAME, undrain NAME",
    summary: "take a target out of the rotation, and back; no request is lost",
    load: () => import("./drain.js"),
  },
  {
    name: "undrain",
    group: "learn",
    summary: "put it back",
    load: () => import("./undrain.js"),
  },
  {
    name: "profile",
    group: "learn",
    shown: "profile [NAME]",
    summary: "how the load balancer behaves: tuned, alb-default or plain",
    load: () => import("./profile.js"),
  },
  {
    name: "experiment",
    group: "learn",
    shown: "experiment NAME|all [--json]",
    summary: "measured: failover, hang, grey, db-away, burst, …; --profiles",
    load: () => import("./experiment.js"),
  },
  {
    name: "report",
    group: "learn",
    shown: 'report [--name "NAME"]',
    summary: "the results as a page with charts, to print or hand in",
    load: () => import("./report.js"),
  },
  {
    name: "reach",
    group: "learn",
    shown: "reach [--json]",
    summary: "who reaches whom, modelled and probed",
    load: () => import("./reach.js"),
  },
  {
    name: "exec",
    group: "operate",
    shown: "exec NAME -- CMD…, ssh NAME",
    summary: "a command, a shell in lb, app1…, db or the Proxmox node (pve)",
    load: () => import("./exec.js"),
  },
  {
    name: "ssh",
    group: "operate",
    summary: "a shell there",
    load: () => import("./ssh.js"),
  },
  {
    name: "pve",
    group: "operate",
    shown: "pve info|start|stop [--json]",
    summary: "the embedded Proxmox node, for other tools",
    load: () => import("./pve.js"),
  },
  {
    name: "pulumi",
    group: "operate",
    shown: "pulumi -- ARGS…",
    summary: "the right Pulumi with the right environment",
    load: () => import("./pulumi.js"),
  },
  {
    name: "env",
    group: "operate",
    shown: "env",
    summary: 'that environment: eval "$(./lab env)"',
    load: () => import("./env.js"),
  },
  {
    name: "test",
    group: "operate",
    shown: "test [unit|e2e|all]",
    summary: "the tests; last line: N passed, N failed, N skipped",
    load: () => import("./test.js"),
  },
];
