import assert from "node:assert/strict";
import { judge } from "../../../../cli/policy/judge";
import type { PackConfig } from "../../../../cli/policy/packConfig";
import {
  countOf,
  nameOf,
  storedResources,
  withClosedConnection,
} from "../../../../cli/policy/storedStack";
import { policies } from "../../../../policy/policies";
import { recordProgram } from "../../../support/recordedProgram";
import type { RecordedResource } from "../../../support/recordingMocks";
import { secret, stateOf } from "../../../support/storedState";

describe("the policy pack over a stored state", function () {
  this.timeout(60_000); // the first run of the program loads the providers' SDKs
  let recording: RecordedResource[];
  before(async () => {
    recording = await recordProgram();
  });

  async function findings(
    edited: RecordedResource[],
    { config = {}, open = true }: { config?: PackConfig; open?: boolean } = {},
  ) {
    const { findings } = await judge(storedResources(stateOf(edited, open)), policies, config);
    return findings;
  }
  function edited(edit: (named: (name: string) => RecordedResource["inputs"]) => void) {
    const copy = structuredClone(recording);
    edit((name) => copy.find((one) => one.name === name)!.inputs);
    return copy;
  }

  it("finds nothing in the program's own, with secrets and without", async () => {
    assert.deepEqual(await findings(recording), []);
    assert.deepEqual(await findings(recording, { open: false }), []);
  });

  it("takes empty texts that a provider gives back for nothing", async () => {
    const given = edited((named) => {
      for (const app of ["app1", "app2", "app3"]) {
        Object.assign(named(`${app}-image`).build, { networkMode: "", remoteContext: "" });
        Object.assign(named(`${app}-web`), { memorySwap: 0, groupAdds: [], runtime: "runc" });
        Object.assign(named(`${app}-ct`), { template: false, hookScriptFileId: "" });
      }
    });
    assert.deepEqual(await findings(given), []);
  });

  it("finds what somebody has opened", async () => {
    const opened = edited((named) => {
      named("db-firewall").create += "\niptables -I INPUT -j ACCEPT";
      named("app1-web").privileged = true;
    });
    const said = (await findings(opened)).map(({ policy, urn }) => `${policy} ${nameOf(urn)}`);
    assert.ok(said.includes("ct-security-group-closed db-ct"), said.join(", "));
    assert.ok(said.includes("docker-container-confined app1-web"), said.join(", "));
    assert.equal(new Set(said).size, said.length, "each once");
  });

  it("judges connections where the state's secrets are open, and says where they are not", async () => {
    const unverified = edited((named) => delete named("db-firewall").connection.hostKey);
    const [found, ...others] = await findings(unverified);
    assert.deepEqual([found?.policy, others], ["connections-verified", []]);
    assert.deepEqual(withClosedConnection(storedResources(stateOf(unverified))), []);
    const closed = withClosedConnection(storedResources(stateOf(unverified, false)));
    assert.ok(closed.includes("db-firewall"), closed.join(", "));
  });

  it("takes a secret script for one that it cannot judge, and shows nothing of it", async () => {
    for (const open of [true, false]) {
      const hidden = edited((named) => {
        named("db-firewall").create = secret("iptables -F # hunter2", open);
        named("db-firewall").environment = { TOKENS: [secret("hunter2", open)] };
        named("db-firewall").connection.password = "hunter2";
      });
      const found = await findings(hidden, { open });
      const said = found.map(({ policy, level }) => `${policy} ${level}`);
      assert.ok(said.includes("preview-values-known warning"), said.join(", "));
      assert.equal(said.includes("connections-verified error"), open, "a password is used");
      assert.doesNotMatch(JSON.stringify(found), /hunter2/);
    }
  });

  it("leaves out what waits to be deleted, and counts no providers", () => {
    const state = stateOf(recording);
    const resources = state.deployment.resources as unknown as { type: string; delete?: boolean }[];
    const before = countOf(storedResources(state));
    const providers = resources.filter(({ type }) => type.startsWith("pulumi:"));
    assert.ok(providers.length > 0);
    assert.equal(before, resources.length - providers.length);
    resources.find(({ type }) => !type.startsWith("pulumi:"))!.delete = true;
    assert.equal(countOf(storedResources(state)), before - 1);
  });

  it("ends with a state that goes in a circle", async () => {
    const state = stateOf(recording);
    const resources = state.deployment.resources as unknown as { urn: string; parent?: string }[];
    for (const one of resources) one.parent = one.urn;
    assert.ok((await judge(storedResources(state), policies)).policies.length > 0);
  });

  it("refuses what is no state", () => {
    const wrong = { deployment: { resources: [{ urn: "x" }] } } as never;
    assert.throws(
      () => storedResources(wrong, "a.json"),
      /^Error: a\.json: is no state of a stack/,
    );
  });

  it("takes levels and settings from the pack's configuration", async () => {
    const levelsOf = async (config: PackConfig) =>
      (await findings(recording, { config })).map(({ policy, level }) => `${policy} ${level}`);
    const small = { memoryMiB: 1024 };
    const budget = "stack-within-budget";
    assert.deepEqual(await levelsOf({ [budget]: small }), [`${budget} error`]);
    const advisory = { ...small, enforcementLevel: "advisory" };
    assert.deepEqual(await levelsOf({ [budget]: advisory }), [`${budget} warning`]);
    assert.deepEqual(await levelsOf({ [budget]: small, all: "advisory" }), [`${budget} warning`]);
    assert.deepEqual(await levelsOf({ [budget]: "disabled" }), []);
  });

  it("counts a policy that fails by itself as a finding", async () => {
    const broken = {
      ...{ name: "broken", description: "Breaks.", enforcementLevel: "mandatory" as const },
      validateStack: () => {
        throw new Error("no such thing");
      },
    };
    const { findings } = await judge([], [broken]);
    assert.match(findings[0]!.message, /cannot be judged, .* got no such thing/);
    const silent = {
      ...broken,
      validateStack: (args: never) => (args as { notApplicable(): never }).notApplicable(),
    };
    assert.deepEqual((await judge([], [silent])).findings, []);
  });
});
