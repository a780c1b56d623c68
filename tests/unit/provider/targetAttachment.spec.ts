import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { targetAttachmentProvider } from "../../../provider/targetAttachment.provider";
import { fakeNode } from "./fakeSsh";

const loadBalancer = { host: "h", port: 22, user: "root", hostKey: "ssh-ed25519 A" };
const inputs = {
  target: "app2",
  loadBalancer,
  cts: { node: loadBalancer, vmids: [110, 112] },
  deadlineSeconds: 0,
  deregistrationDelaySeconds: 1,
  triggers: ["container-1"],
};

/** A line of `show stat`: 57 fields, most of them empty. */
function stat(backend: string, fields: Record<number, string>): string {
  const row = Array.from({ length: 57 }, (_, at) => fields[at + 1] ?? "");
  return [backend, "app2", ...row.slice(2)].join(",");
}

describe("target attachment", function () {
  this.timeout(30_000);
  let lab: ReturnType<typeof fakeNode>;
  let provider: Required<typeof targetAttachmentProvider>;

  before(() => {
    provider = targetAttachmentProvider as typeof provider;
  });
  beforeEach(() => (lab = fakeNode()));
  afterEach(() => lab[Symbol.dispose]());

  /** HAProxy's admin socket: keeps the words, and answers `show stat` with these lines. */
  const balancer = (lines: string[], objection = "", groups = "") => {
    const file = join(lab.folder, "bin", "socat");
    writeFileSync(join(lab.folder, "stat"), `${lines.join("\n")}\n`);
    const state = "4 app 1 app2 10.10.10.12 2 0 1 1 66 15 3 3 6 0 0 0 - 3000 - 0 0 - - 0";
    const answer = `case "$words" in
  "show stat") cat ${lab.folder}/stat ;;
  "show servers state app") [ -s ${lab.folder}/stat ] && grep -q ^app ${lab.folder}/stat && echo "${state}"; exit 0 ;;
  "show servers state") echo "${groups}" ;;
  *) printf '${objection}' ;;
esac`;
    writeFileSync(
      file,
      `#!/bin/bash\nread -r words\necho "$words" >> ${lab.folder}/asked\n${answer}\n`,
    );
    chmodSync(file, 0o755);
    service("echo 200 > /dev/null");
  };
  /** What the target answers when it is asked itself. */
  const service = (answer: string) => {
    const file = join(lab.folder, "bin", "curl");
    writeFileSync(file, `#!/bin/bash\necho "curl $*" >> ${lab.folder}/asked\n${answer}\n`);
    chmodSync(file, 0o755);
  };
  const asked = () => {
    const file = join(lab.folder, "asked");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  };
  const up = stat("app", { 5: "0", 18: "UP", 37: "L7OK", 57: "OK" });
  const other = stat("app-fail-open", { 5: "0", 18: "no check" });

  it("puts the target to work in both backends and ends once its check has passed", async () => {
    balancer([up, other]);
    assert.equal((await provider.create(inputs)).id, "target-app2");
    const ready = "set server app/app2 state ready; set server app-fail-open/app2 state ready";
    const itself = [
      "show servers state app",
      "curl -fsS -m 3 -o /dev/null http://10.10.10.12:3000",
    ];
    assert.deepEqual(asked(), [...itself, ready, "show servers state", "show stat"]);
  });

  it("puts the target to work in every target group that it is in", async () => {
    const row = (backend: string, name: string) => `5 ${backend} 1 ${name} 10.10.10.12 2 1 1 1`;
    const rows = [row("app", "app2"), row("blue", "app2"), row("blue", "app1")];
    balancer([up, other], "", [...rows, row("blue-fail-open", "app2")].join("\n"));
    await provider.create(inputs);
    const words = "set server blue/app2 state ready; set server blue-fail-open/app2 state ready";
    assert.ok(asked().includes(words), asked().join("\n"));
  });

  it("gets no requests before it answers its check itself, whatever the last check saw", async () => {
    balancer([up, other]);
    service("echo 'curl: (22) error 500' >&2; exit 22");
    await assert.rejects(provider.create(inputs), {
      message: "target app2: not healthy after 0 s (1 probes, last: curl: (22) error 500)",
    });
    assert.ok(!asked().some((words) => words.includes("ready")));
  });

  it("does not take a target for healthy before its first check", async () => {
    balancer([stat("app", { 18: "UP", 37: "INI" }), other]);
    await assert.rejects(provider.create(inputs), {
      message: "target app2: not healthy after 0 s (1 probes, last: UP INI)",
    });
  });

  it("fails with what the load balancer saw when the deadline comes first", async () => {
    balancer([stat("app", { 18: "DOWN", 37: "L4CON", 57: "Connection refused" }), other]);
    await assert.rejects(provider.create(inputs), {
      message: "target app2: not healthy after 0 s (1 probes, last: DOWN L4CON Connection refused)",
    });
  });

  it("fails with the load balancer's own objection", async () => {
    balancer([up], "No such server.");
    await assert.rejects(provider.create(inputs), {
      message: "unable to register target app2: No such server.",
    });
  });

  it("says so when the load balancer does not know the target", async () => {
    balancer([]);
    await assert.rejects(
      provider.create(inputs),
      /last: not in the load balancer's configuration\)$/,
    );
  });

  it("drains the target before what it stands on is replaced, and waits for its requests", async () => {
    balancer([stat("app", { 5: "2", 18: "DRAIN" }), other]);
    const from = Date.now();
    await provider.delete("target-app2", { ...inputs, stateVersion: 1 });
    assert.equal(
      asked()[0],
      "set server app/app2 state drain; set server app-fail-open/app2 state drain",
    );
    assert.ok(Date.now() - from >= 1000, "the deregistration delay was not waited for");
  });

  it("waits no longer than the last request takes", async () => {
    balancer([up, other]);
    await provider.delete("target-app2", {
      ...inputs,
      deregistrationDelaySeconds: 60,
      stateVersion: 1,
    });
    assert.deepEqual(asked().slice(1), ["show servers state", "show stat"]);
  });

  it("is replaced with what it stands on, and only then", async () => {
    const state = { ...inputs, stateVersion: 1 as const };
    assert.deepEqual(await provider.diff("id", state, inputs), {
      changes: false,
      replaces: [],
      deleteBeforeReplace: true,
    });
    const news = { ...inputs, triggers: ["container-2"] };
    assert.deepEqual((await provider.diff("id", state, news)).replaces, ["triggers"]);
    const delay = { ...inputs, deregistrationDelaySeconds: 30 };
    const changed = await provider.diff("id", state, delay);
    assert.deepEqual([changed.changes, changed.replaces], [true, []]);
  });
});
