import assert from "node:assert/strict";
import { keysOf } from "../../../../cli/ci/stateKeys";
import { secret } from "../../../support/storedState";

const CT = {
  urn: "urn:ct",
  type: "proxmoxve:index/containerLegacy:ContainerLegacy",
  inputs: { initialization: { userAccount: { keys: ["ssh-ed25519 AAAA lab"] } } },
};
const command = (connection: unknown) => ({
  ...{ urn: "urn:command", type: "command:remote:Command", inputs: { connection } },
});
const stateOf = (...resources: object[]) => ({ deployment: { resources } }) as never;

describe("the keys of a state", () => {
  it("are those that its CTs accept and its commands log in with", () => {
    const connection = { host: "10.10.10.11", privateKey: "PRIVATE" };
    const keys = { privateKey: "PRIVATE", publicKey: "ssh-ed25519 AAAA lab" };
    assert.deepEqual(keysOf(stateOf(CT, command(secret(connection, true))), "home"), keys);
    assert.deepEqual(keysOf(stateOf(CT, command(connection)), "home"), keys);
  });

  it("are asked for where it has none", () => {
    for (const state of [
      stateOf(),
      stateOf(CT),
      stateOf(CT, command(secret({ privateKey: "PRIVATE" }, false))),
      stateOf(command({ privateKey: "PRIVATE" })),
    ]) {
      assert.throws(
        () => keysOf(state, "home"),
        /^Error: stack "home": .*set HOMELAB_SSH_KEY_FILE/,
      );
    }
  });
});
