import assert from "node:assert/strict";
import { asker } from "../../../../cli/init/questions";

const question = {
  name: "lan-bridge",
  text: "Bridge of the LAN",
  proposal: "vmbr0",
  choices: ["vmbr0", "vmbr1"],
};

describe("a question of init", () => {
  it("is answered by its option, then the environment, then the terminal, then the proposal", async () => {
    const env = { HOMELAB_INIT_LAN_BRIDGE: "vmbr1" };
    const prompt = () => Promise.resolve("");
    const options = { "lan-bridge": "vmbr0" };
    assert.equal(await asker({ options, yes: false, env, prompt })(question), "vmbr0");
    assert.equal(await asker({ options: {}, yes: false, env, prompt })(question), "vmbr1");
    const typed = () => Promise.resolve("vmbr1");
    assert.equal(
      await asker({ options: {}, yes: false, env: {}, prompt: typed })(question),
      "vmbr1",
    );
    assert.equal(await asker({ options: {}, yes: false, env: {}, prompt })(question), "vmbr0");
    const never = () => assert.fail("asked");
    assert.equal(
      await asker({ options: {}, yes: true, env: {}, prompt: never })(question),
      "vmbr0",
    );
  });

  it("refuses what is not there, by the name of its option", async () => {
    const ask = asker({ options: { "lan-bridge": "vmbr9" }, yes: true, env: {} });
    await assert.rejects(ask(question), {
      message:
        '--lan-bridge: is not among those that there are, got "vmbr9"; there are: vmbr0, vmbr1',
    });
  });

  it("refuses to guess where there is no proposal", async () => {
    const ask = asker({ options: {}, yes: true, env: {} });
    await assert.rejects(ask({ name: "host", text: "Address of the Proxmox node" }), {
      message: "--host: is missing (Address of the Proxmox node)",
    });
  });

  it("is put again on the terminal until the answer will do", async () => {
    const answers = ["vmbr7", "vmbr1"];
    const prompt = () => Promise.resolve(answers.shift()!);
    assert.equal(await asker({ options: {}, yes: false, env: {}, prompt })(question), "vmbr1");
    assert.deepEqual(answers, []);
  });
});
