import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ContainerHostConfigState } from "../../../provider/containerHostConfig.provider";
import { containerHostConfigProvider } from "../../../provider/containerHostConfig.provider";
import { fakeNode } from "./fakeSsh";

const PLAIN = "arch: amd64\nlxc.cap.drop: sys_time\nmemory: 512\n";
const inputs = {
  node: { host: "h", port: 22, user: "root", hostKey: "ssh-ed25519 A" },
  vmid: 111,
  features: "keyctl=1,nesting=1",
  rawLines: ["lxc.apparmor.profile: unconfined", "lxc.cap.drop:"],
};

describe("features and raw LXC lines of a CT", function () {
  this.timeout(30_000);
  let node: ReturnType<typeof fakeNode>;
  let conf: string;
  let provider: Required<typeof containerHostConfigProvider>;

  before(() => {
    provider = containerHostConfigProvider as typeof provider;
  });
  beforeEach(() => {
    node = fakeNode();
    conf = join(node.folder, "111.conf");
    writeFileSync(conf, PLAIN);
    writeFileSync(join(node.folder, "hostkey"), "ssh-ed25519 CTKEY root@app1\n");
  });
  afterEach(() => node[Symbol.dispose]());

  const create = async (): Promise<ContainerHostConfigState> =>
    (await provider.create(inputs)).outs as ContainerHostConfigState;
  const calls = () => readFileSync(join(node.folder, "calls"), "utf8");
  const forget = () => rmSync(join(node.folder, "calls"));

  it("sets what is missing, restarts the CT once and tells its host key", async () => {
    const outs = await create();
    assert.equal(
      readFileSync(conf, "utf8"),
      `features: keyctl=1,nesting=1\n${PLAIN}lxc.apparmor.profile: unconfined\nlxc.cap.drop:\n`,
    );
    assert.equal(outs.hostKey, "ssh-ed25519 CTKEY");
    assert.match(outs.incarnation, /^[0-9a-f]{12}$/);
    assert.equal(calls().match(/^start 111$/gm)?.length, 1);
  });

  it("restarts nothing when all is as wanted", async () => {
    const outs = await create();
    forget();
    await provider.update("id", outs, inputs);
    assert.doesNotMatch(calls(), /shutdown|start|set/);
  });

  it("gives the configuration back exactly", async () => {
    const outs = await create();
    await provider.delete("id", outs);
    assert.equal(readFileSync(conf, "utf8"), PLAIN);
  });

  it("undoes nothing for a CT that is gone", async () => {
    const outs = await create();
    rmSync(conf);
    await provider.delete("id", outs);
    assert.ok(!existsSync(conf));
  });

  it("sees drift and repairs it", async () => {
    const outs = await create();
    writeFileSync(conf, PLAIN);
    const { props } = await provider.read("id", outs);
    assert.deepEqual(props?.rawLines, []);
    assert.equal(props?.features, "");
    const state = props;
    assert.equal((await provider.diff("id", state, inputs)).changes, true);
    await provider.update("id", state, inputs);
    assert.match(readFileSync(conf, "utf8"), /^features: keyctl=1,nesting=1\n/);
    assert.match(readFileSync(conf, "utf8"), /^lxc.apparmor.profile: unconfined$/m);
  });

  it("sees a later line that takes the place of its own, and puts its own behind it", async () => {
    const outs = await create();
    const strange = "lxc.apparmor.profile: generated\n";
    writeFileSync(conf, readFileSync(conf, "utf8") + strange);
    const { props } = await provider.read("id", outs);
    assert.deepEqual(props?.rawLines, ["lxc.cap.drop:"]);
    forget();
    const repaired = (await provider.update("id", props, inputs)).outs!;
    assert.equal(
      readFileSync(conf, "utf8"),
      `features: keyctl=1,nesting=1\n${PLAIN}lxc.cap.drop:\n${strange}lxc.apparmor.profile: unconfined\n`,
    );
    assert.equal(calls().match(/^start 111$/gm)?.length, 1);
    await provider.delete("id", repaired);
    assert.equal(readFileSync(conf, "utf8"), PLAIN + strange);
  });

  it("sees features that wait for the CT's next start", async () => {
    const outs = await create();
    const text = readFileSync(conf, "utf8");
    writeFileSync(conf, `${text}\n[pve:pending]\nfeatures: nesting=1\n`);
    const { props } = await provider.read("id", outs);
    assert.equal(props?.features, "nesting=1");
    forget();
    await provider.update("id", props, inputs);
    assert.match(calls(), /^set 111 --features keyctl=1,nesting=1$/m);
    assert.match(calls(), /^start 111$/m);
  });

  it("leaves the state when the CT is gone", async () => {
    const outs = await create();
    rmSync(conf);
    assert.deepEqual(await provider.read("id", outs), {});
  });

  it("has no difference with itself, and is replaced for another vmid", async () => {
    const outs = await create();
    assert.equal((await provider.diff("id", outs, inputs)).changes, false);
    assert.deepEqual((await provider.diff("id", outs, { ...inputs, vmid: 112 })).replaces, [
      "vmid",
    ]);
  });

  it("says so at once when the CT has stopped before it could tell its key", async () => {
    rmSync(join(node.folder, "hostkey"));
    writeFileSync(join(node.folder, "stopped"), "");
    writeFileSync(join(node.folder, "dies"), ""); // it starts well, and stops at once
    const started = provider.create({ ...inputs, features: "", rawLines: [] });
    const from = Date.now();
    await assert.rejects(
      started,
      /^Error: unable to read the SSH host key of CT 111: exit status 1: the CT has stopped; pct start 111 says why/,
    );
    assert.ok(Date.now() - from < 15_000);
  });

  it("refuses a CT that does not exist", async () => {
    rmSync(conf);
    await assert.rejects(provider.create(inputs), /unable to configure CT 111: it does not exist/);
  });

  it("starts a CT that was made stopped, once, when all is set", async () => {
    writeFileSync(join(node.folder, "stopped"), "");
    await create();
    const [first, ...others] = calls().match(/^(set|start|shutdown) .*$/gm) ?? [];
    assert.match(first ?? "", /^set 111/);
    assert.deepEqual(others, ["start 111"]);
  });

  it("starts a CT again that another operation had locked, and no other one", async () => {
    writeFileSync(join(node.folder, "stopped"), "");
    const locked = "can't lock file '/run/lock/lxc/pve-config-111.lock' - got timeout\n";
    writeFileSync(join(node.folder, "start-fails"), locked + locked);
    await create();
    assert.equal(calls().match(/^start 111$/gm)?.length, 3);
  });

  it("fails at once when a CT cannot start, with what Proxmox says", async () => {
    writeFileSync(join(node.folder, "stopped"), "");
    writeFileSync(join(node.folder, "start-fails"), "startup for container '111' failed\n");
    await assert.rejects(create(), {
      message: "unable to start CT 111: exit status 1: startup for container '111' failed",
    });
    assert.equal(calls().match(/^start 111$/gm)?.length, 1);
  });

  it("keeps what it has written in the state when the CT does not tell its key", async () => {
    rmSync(join(node.folder, "hostkey"));
    writeFileSync(join(node.folder, "bin", "sleep"), "#!/bin/sh\n", { mode: 0o755 });
    interface InitFailed extends Error {
      id: string;
      properties: ContainerHostConfigState;
    }
    const failed = await provider.create(inputs).catch((error: InitFailed) => error);
    const { id, properties } = failed as InitFailed;
    assert.equal(id, "ct-111");
    assert.deepEqual(properties.addedLines, inputs.rawLines);
    // The next update asks again, and a deletion takes out exactly what was written.
    assert.equal((await provider.diff(id, properties, inputs)).changes, true);
    writeFileSync(join(node.folder, "hostkey"), "ssh-ed25519 CTKEY root@app1\n");
    const { outs } = await provider.update(id, properties, inputs);
    assert.deepEqual(outs?.addedLines, inputs.rawLines);
    await provider.delete(id, outs);
    assert.equal(readFileSync(conf, "utf8"), PLAIN);
  });

  describe("cut off half-way", () => {
    interface InitFailed extends Error {
      id: string;
      properties: ContainerHostConfigState;
    }
    const failing = (verb: Promise<unknown>): Promise<InitFailed> =>
      verb.then(
        () => assert.fail("it succeeded"),
        (error: InitFailed) => error,
      );
    const more = { ...inputs, rawLines: [...inputs.rawLines, "lxc.cgroup2.devices.allow: a"] };
    const notes = () => (existsSync(join(node.folder, "notes")) ? "there" : "gone");

    it("knows its own lines and features when Pulumi could not save the state", async () => {
      await create(); // and the process is killed
      const outs = await create();
      assert.deepEqual([outs.previousFeatures, outs.addedLines], ["", inputs.rawLines]);
      await provider.delete("id", outs);
      assert.equal(readFileSync(conf, "utf8"), PLAIN);
      assert.equal(notes(), "gone");
    });

    it("keeps what it has written when the CT cannot start, and starts it the next time", async () => {
      writeFileSync(join(node.folder, "stopped"), "");
      writeFileSync(join(node.folder, "start-fails"), "startup for container '111' failed\n");
      const { id, properties } = await failing(provider.create(inputs));
      assert.equal(id, "ct-111");
      assert.deepEqual(properties.addedLines, inputs.rawLines);
      forget();
      const { outs } = await provider.update(id, properties, inputs);
      assert.equal(calls().match(/^start 111$/gm)?.length, 1);
      await provider.delete(id, outs!);
      assert.equal(readFileSync(conf, "utf8"), PLAIN);
    });

    it("takes out what an update had added, whether its state was saved or not", async () => {
      for (const saved of [true, false]) {
        writeFileSync(conf, PLAIN);
        const olds = await create();
        writeFileSync(join(node.folder, "start-fails"), "no\n");
        const { properties } = await failing(provider.update("id", olds, more));
        const { outs } = await provider.update("id", saved ? properties : olds, more);
        assert.deepEqual(outs?.addedLines, more.rawLines, String(saved));
        await provider.delete("id", outs);
        assert.equal(readFileSync(conf, "utf8"), PLAIN);
      }
    });

    it("gives features back that it was about to give back", async () => {
      writeFileSync(conf, `features: mknod=1\n${PLAIN}`);
      const olds = await create();
      const none = { ...inputs, features: "", rawLines: [] };
      writeFileSync(join(node.folder, "start-fails"), "no\n");
      const { properties } = await failing(provider.update("id", olds, none));
      assert.equal((await provider.diff("id", properties, none)).changes, true);
      await provider.update("id", properties, none);
      assert.equal(readFileSync(conf, "utf8"), `features: mknod=1\n${PLAIN}`);
    });

    it("takes out what an update of a release without notes had added", async () => {
      const olds = await create();
      rmSync(join(node.folder, "notes"), { recursive: true });
      writeFileSync(conf, readFileSync(conf, "utf8") + "lxc.cgroup2.devices.allow: a\n");
      const { outs } = await provider.update("id", olds, more);
      await provider.delete("id", outs!);
      assert.equal(readFileSync(conf, "utf8"), PLAIN);
    });

    it("leaves alone what was there before it, also when a CT of the same number left its note", async () => {
      await create();
      const own = "features: nesting=1\nlxc.cap.drop:\n";
      writeFileSync(conf, own);
      rmSync(join(node.folder, "notes"), { recursive: true });
      const first = await create();
      assert.deepEqual(first.addedLines, ["lxc.apparmor.profile: unconfined"]);
      writeFileSync(conf, PLAIN); // made anew, with nothing of ours
      const outs = await create();
      assert.deepEqual([outs.previousFeatures, outs.addedLines], ["", inputs.rawLines]);
      await provider.delete("id", outs);
      assert.equal(readFileSync(conf, "utf8"), PLAIN);
    });
  });

  it("takes Proxmox's own lock for the file, and leaves no half of one", async () => {
    await create();
    assert.ok(existsSync(join(node.folder, "lock", "pve-config-111.lock")));
    assert.ok(!existsSync(`${conf}.homelab`));
  });
});
