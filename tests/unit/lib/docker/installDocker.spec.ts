import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { installDocker } from "../../../../lib/docker/installDocker";
import { stubbedShell } from "../../../support/stubbedShell";

const FOLDERS = [
  "/etc/docker",
  "/var/lib/docker",
  "/etc/apt",
  "/etc/dpkg",
  "/var/lib/apt",
  "/sys/class/net",
];

/** A CT where Docker runs, with the driver that its daemon.json had when it was started. */
function appNode() {
  const shell = stubbedShell(FOLDERS);
  shell.write("/sys/class/net/eth0/mtu", "1500\n");
  for (const command of ["tar", "ldd", "hostname", "apt-get", "sleep"]) shell.stub(command);
  shell.stub("dpkg-query", '[ -e /etc/docker/no-packages ] || echo "install ok installed"');
  shell.stub(
    "systemctl",
    `case "$*" in
  restart*|"start docker") grep -o '"storage-driver": "[^"]*"' /etc/docker/daemon.json > /etc/docker/runs-with ;;
esac`,
  );
  shell.stub(
    "docker",
    `case "$1" in info) sed 's/.*: "//; s/"$//' /etc/docker/runs-with ;; import) cat > /dev/null ;; esac`,
  );
  const restarts = (calls: string[]) => calls.filter((call) => call === "systemctl restart docker");
  return { shell, restarts, [Symbol.dispose]: () => shell[Symbol.dispose]() };
}

describe("installing Docker, run", () => {
  it("restarts it for another storage driver, and only then", () => {
    using one = appNode();
    const first = one.shell.run(installDocker("overlay2"));
    assert.equal(first.code, 0, first.stderr);
    assert.equal(one.restarts(one.shell.run(installDocker("overlay2")).calls).length, 0);
    const changed = one.shell.run(installDocker("fuse-overlayfs"));
    assert.equal(changed.code, 0, changed.stderr);
    assert.equal(one.restarts(changed.calls).length, 1);
  });

  it("restarts it in the next run where packages could not be had in between", () => {
    using one = appNode();
    one.shell.run(installDocker("overlay2"));
    one.shell.write("/etc/docker/no-packages", "");
    one.shell.stub("apt-get", "false");
    assert.notEqual(one.shell.run(installDocker("fuse-overlayfs")).code, 0);
    one.shell.stub("dpkg-query", 'echo "install ok installed"');
    const { code, calls, stderr } = one.shell.run(installDocker("fuse-overlayfs"));
    assert.equal(code, 0, stderr);
    assert.equal(one.restarts(calls).length, 1);
    assert.ok(!existsSync(join(one.shell.root, "/etc/docker/homelab-pending")));
  });

  it("says so when Docker uses another driver all the same", () => {
    using one = appNode();
    one.shell.stub("docker", '[ "$1" = info ] && echo vfs');
    const { code, stderr } = one.shell.run(installDocker("overlay2"));
    assert.notEqual(code, 0);
    assert.match(stderr, /does not use its storage driver, got vfs; wanted overlay2/);
  });
});
