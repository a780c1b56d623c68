import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

// Pulumi's SDK brings it, without types.
const { load } = createRequire(__filename)("js-yaml") as { load: (text: string) => unknown };
const root = resolve(__dirname, "..", "..", "..");
const folder = join(root, ".github", "workflows");

interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
}
interface Job {
  permissions?: Record<string, string>;
  environment?: string;
  "timeout-minutes"?: number;
  steps: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const workflows = new Map(
  readdirSync(folder).map((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    return [name, { text, flow: load(text) as Workflow }] as const;
  }),
);
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);

/** What actionlint and zizmor see as well, where they can be had, and what they do not know of. */
describe("the workflows", () => {
  it("pin every action by a commit, with its version beside it", () => {
    const action = readFileSync(join(root, "action.yml"), "utf8");
    const texts = [...[...workflows.values()].map(({ text }) => text), action];
    const uses = texts.flatMap((text) => text.match(/uses: .*/g) ?? []);
    assert.ok(uses.length > 5);
    for (const line of uses) assert.match(line, /^uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("have no right but those that a job names, and end by themselves", () => {
    for (const [name, { flow }] of workflows) {
      assert.deepEqual(flow.permissions, {}, name);
      for (const [id, job] of Object.entries(flow.jobs)) {
        assert.ok(job.permissions, `${name}: ${id}`);
        assert.ok(job["timeout-minutes"], `${name}: ${id}`);
        const writes = Object.entries(job.permissions).filter(([, right]) => right === "write");
        const allowed = name === "comment.yml" ? [["pull-requests", "write"]] : [];
        assert.deepEqual(writes, allowed, `${name}: ${id}`);
      }
    }
  });

  it("put no value of an event into a script", () => {
    for (const [name, { flow }] of workflows) {
      for (const { run = "" } of stepsOf(flow)) assert.doesNotMatch(run, /\$\{\{/, name);
    }
    const action = load(readFileSync(join(root, "action.yml"), "utf8")) as { runs: Job };
    for (const { run = "" } of action.runs.steps) assert.doesNotMatch(run, /\$\{\{/, "action.yml");
  });

  it("give secrets to a deployment alone, and never run on pull_request_target", () => {
    for (const [name, { text, flow }] of workflows) {
      assert.equal("pull_request_target" in flow.on, false, name);
      if (name !== "deploy.yml") assert.doesNotMatch(text, /secrets\./, name);
    }
    const deploy = workflows.get("deploy.yml")!.flow;
    assert.equal(deploy.jobs.deploy!.environment, "homelab");
    assert.deepEqual(Object.keys(deploy.on).sort(), ["push", "workflow_dispatch"]);
  });

  it("check out nothing of a pull request where the comment is written", () => {
    const { flow, text } = workflows.get("comment.yml")!;
    const checkouts = stepsOf(flow).filter(({ uses = "" }) => uses.startsWith("actions/checkout"));
    assert.equal(checkouts.length, 1);
    assert.doesNotMatch(text, /\bref:|download-artifact/);
    assert.deepEqual(
      stepsOf(flow).flatMap(({ run }) => run ?? []),
      ["./lab ci comment"],
    );
  });

  it("preview with the tools of the branch that the change is for", () => {
    const script = stepsOf(workflows.get("preview.yml")!.flow)
      .flatMap(({ run }) => run ?? [])
      .join("\n");
    assert.match(script, /^git switch --quiet --detach "\$GITHUB_SHA\^1"\n\.\/lab ci preview /);
  });
});
