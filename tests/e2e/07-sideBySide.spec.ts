import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { boxOf } from "../support/box";
import { cloneAt, labClone, type LabClone } from "../support/labClone";
import { inBox, type PveInfo, runLocal } from "../support/nodeApi";

/** A CT id no other lab has, so that what is left of it on the machine is known by it. */
const vmid = 9190;

interface Box {
  Id: string;
  State: { StartedAt: string };
  HostConfig: {
    RestartPolicy: { Name: string };
    PortBindings: Record<string, { HostPort: string }[]>;
  };
  NetworkSettings: { Networks: Record<string, { Gateway: string }> };
}

async function docker(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runLocal("docker", args);
  assert.equal(code, 0, `docker ${args.join(" ")}: ${stderr}`);
  return stdout;
}

const inspect = async (name: string) =>
  (JSON.parse(await docker("container", "inspect", name)) as Box[])[0]!;
const portsOf = (box: Box) =>
  Object.values(box.HostConfig.PortBindings).map(([binding]) => binding!.HostPort);

/** A clone that shares the first one's npm packages and has no lab. */
async function cloneBeside(name: string): Promise<LabClone> {
  const from = labClone().root;
  const root = `${from}-${name}`;
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  const entries = readdirSync(from).filter((entry) => entry !== ".lab" && entry !== ".git");
  const { code, stderr } = await runLocal("cp", [
    "-al",
    ...entries.map((e) => join(from, e)),
    root,
  ]);
  assert.equal(code, 0, stderr);
  return cloneAt(root);
}

/** What of the trial CT the machine still holds: loop devices and mounts. */
function leftOnMachine(): string[] {
  const loops = readdirSync("/sys/block")
    .map((device) => `/sys/block/${device}/loop/backing_file`)
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, "utf8"));
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return [...loops, ...mounts].filter((line) => line.includes(`/${vmid}/`));
}

describe("two labs on one machine", function () {
  this.timeout("2m");
  let first: Box;
  let second: LabClone;
  let secondName: string;
  let secondBox: Box;

  before(async function () {
    first = await inspect(boxOf(labClone().root));
    second = await cloneBeside("second");
  });
  after(async function () {
    if (existsSync(second.root)) await second.ok(["reset", "--yes"]);
    for (const name of ["second", "third"])
      rmSync(`${labClone().root}-${name}`, { recursive: true, force: true });
  });

  it("differ in names, networks and ports", async function () {
    await second.ok(["pve", "start"]);
    secondName = boxOf(second.root);
    secondBox = await inspect(secondName);
    assert.notEqual(secondBox.Id, first.Id);
    const [one, two] = [first, secondBox].map(({ NetworkSettings }) => NetworkSettings.Networks);
    assert.equal(Object.keys({ ...one, ...two }).length, 2);
    const gateways = [one, two].flatMap((n) => Object.values(n!).map(({ Gateway }) => Gateway));
    assert.equal(new Set(gateways).size, 2, gateways.join(" "));
    const ports = [...portsOf(first), ...portsOf(secondBox)];
    assert.equal(new Set(ports).size, 6, ports.join(" "));
    assert.equal(secondBox.HostConfig.RestartPolicy.Name, "unless-stopped");
  });

  it("keep their ports when they are started again", async function () {
    await docker("kill", secondName);
    await second.ok(["pve", "start"]);
    assert.deepEqual(portsOf(await inspect(secondName)), portsOf(secondBox));
  });

  it("are removed by reset --all when their checkout is gone, and only then", async function () {
    const info = JSON.parse((await second.ok(["pve", "info", "--json"])).stdout) as PveInfo;
    const options = "--rootfs local:1 --memory 64 --swap 0 --net0 name=eth0,bridge=vmbr0";
    await inBox(secondName, `pct create ${vmid} ${info.template} ${options} && pct start ${vmid}`);
    assert.notDeepEqual(leftOnMachine(), [], "positive control: its loop device is seen");
    const lab = secondName.replace(/-pve1$/, "");
    rmSync(second.root, { recursive: true });
    const third = await cloneBeside("third");
    await docker("kill", secondName);

    const all = ["--all", "--filter", "label=homelab.role=pve-node"];
    const format = ["--format", '{{.Label "homelab.checkout"}}'];
    const roots = (await docker("container", "ls", ...all, ...format)).trim().split("\n");
    const orphans = roots.filter((root) => !existsSync(join(root, "lab")));
    assert.deepEqual(orphans, [second.root], "a lab that is not this test's would be removed too");
    const said = await third.ok(["reset", "--all", "--yes"]);
    const listed = said.stdout + said.stderr;
    assert.match(
      listed,
      new RegExp(`^${lab} .*${second.root} .*its checkout is gone: removed`, "m"),
    );
    assert.match(listed, new RegExp(`${labClone().root} .*stays: reset it there`));
    assert.deepEqual(leftOnMachine(), []);
    for (const kind of ["container", "network", "volume"]) {
      const filter = ["--filter", `label=homelab.checkout=${second.root}`, "--quiet"];
      const stopped = kind === "container" ? ["--all"] : [];
      assert.equal(await docker(kind, "ls", ...stopped, ...filter), "", kind);
    }
    assert.equal(existsSync(`/sys/class/net/${lab}`), false, "its bridge is left");
    const groups = await runLocal("find", ["/sys/fs/cgroup", "-name", `*${secondBox.Id}*`]);
    assert.equal(groups.stdout, "", "its control groups are left");
    assert.equal(existsSync(join(third.root, ".lab")), false);

    const now = await inspect(boxOf(labClone().root));
    assert.deepEqual([now.Id, now.State.StartedAt], [first.Id, first.State.StartedAt]);
  });
});
