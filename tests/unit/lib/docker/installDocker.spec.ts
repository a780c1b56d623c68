import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { installDocker } from "../../../../lib/docker/installDocker";
import type { StorageDriver } from "../../../../lib/stack/settings";
import { stubbedShell } from "../../../support/stubbedShell";

/**
 * An app node in a folder. Its Docker reads daemon.json when it is started, as the real one does; apt starts
 * it where it is new. Files in `/run/lab` tell what is installed and what runs.
 */
function appNode() {
  const shell = stubbedShell([
    ...["/etc/docker", "/etc/apt", "/etc/dpkg", "/var/lib/apt", "/var/lib/docker"],
    ...["/sys/class/net/eth0", "/run/lab"],
  ]);
  shell.write("/sys/class/net/eth0/mtu", "1450\n");
  const start = `sed -n 's/.*"storage-driver": "\\(.*\\)".*/\\1/p' /etc/docker/daemon.json > /run/lab/driver
mkdir -p "/var/lib/docker/image/$(cat /run/lab/driver)"`;
  shell.stub(
    "systemctl",
    `case "$*" in
  "-q is-active docker") [ -e /run/lab/driver ] ;;
  "restart docker") ${start} ;;
  "start docker") [ -e /run/lab/driver ] || { ${start}; } ;;
  stop*) rm -f /run/lab/driver ;;
esac`,
  );
  shell.stub("docker", 'case "$1" in info) cat /run/lab/driver ;; import) cat > /dev/null ;; esac');
  shell.stub("dpkg-query", '[ -e "/run/lab/has-$4" ] && echo "install ok installed"');
  shell.stub(
    "apt-get",
    `[ ! -e /run/lab/no-network ] || { echo "no network" >&2; exit 1; }
if [ "$1" = install ]; then
  for name in "\${@:4}"; do touch "/run/lab/has-$name"; done
  [ -e /run/lab/driver ] || { ${start}; }
fi`,
  );
  for (const command of ["sleep", "hostname"]) shell.stub(command);
  const install = (driver: StorageDriver) => {
    const done = shell.run(installDocker(driver));
    const power = done.calls.flatMap(
      (call) => /^systemctl (restart|start|stop) /.exec(call)?.[1] ?? [],
    );
    return { ...done, power };
  };
  const network = (on: boolean) => {
    if (on) shell.remove("/run/lab/no-network");
    else shell.write("/run/lab/no-network", "");
  };
  const running = () => shell.read("/run/lab/driver").trim();
  return { shell, install, network, running, [Symbol.dispose]: () => shell[Symbol.dispose]() };
}

describe("installing Docker, run", () => {
  it("has its settings in place before the packages start it, and restarts it no second time", () => {
    using node = appNode();
    const first = node.install("overlay2");
    assert.deepEqual([first.code, first.power], [0, ["start"]], first.stderr);
    assert.equal(node.running(), "overlay2");
    assert.match(node.shell.read("/etc/docker/daemon.json"), /"mtu": 1450,/);
    assert.deepEqual(node.install("overlay2").power, ["start"]);
  });

  it("restarts it for another storage driver, once, and removes what the old one had", () => {
    using node = appNode();
    node.install("overlay2");
    const changed = node.install("fuse-overlayfs");
    assert.equal(changed.code, 0, changed.stderr);
    assert.equal(node.running(), "fuse-overlayfs");
    assert.ok(!existsSync(join(node.shell.root, "/var/lib/docker/image/overlay2")));
    assert.deepEqual(node.install("fuse-overlayfs").power, ["start"]);
  });

  it("restarts it in the run after one whose packages could not be had", () => {
    using node = appNode();
    node.install("overlay2");
    node.network(false);
    node.shell.remove("/var/lib/apt/homelab-updated");
    const failed = node.install("fuse-overlayfs");
    assert.notEqual(failed.code, 0);
    assert.match(failed.stderr, /package lists cannot be read/);
    assert.equal(node.running(), "overlay2", "it goes on as it was");
    node.network(true);
    const retried = node.install("fuse-overlayfs");
    assert.equal(retried.code, 0, retried.stderr);
    assert.equal(node.running(), "fuse-overlayfs");
  });

  it("restarts it for other settings that an earlier run had only written", () => {
    using node = appNode();
    node.install("overlay2");
    node.shell.write("/sys/class/net/eth0/mtu", "1400\n");
    // The run ends when it looks for packages, after daemon.json was written.
    node.shell.stub("dpkg-query", "kill -9 $PPID");
    assert.notEqual(node.install("overlay2").code, 0);
    node.shell.stub("dpkg-query", 'echo "install ok installed"');
    assert.deepEqual(node.install("overlay2").power, ["restart"]);
    assert.deepEqual(node.install("overlay2").power, ["start"]);
  });

  it("restarts one that runs with another driver than its settings say", () => {
    using node = appNode();
    node.install("overlay2");
    // As a release without the note of what is pending has left it.
    node.shell.write("/run/lab/driver", "vfs\n");
    const { code, power, stderr } = node.install("overlay2");
    assert.deepEqual([code, power], [0, ["restart"]], stderr);
    assert.equal(node.running(), "overlay2");
  });

  it("fails when it does not use its driver after a restart either", () => {
    using node = appNode();
    node.install("overlay2");
    node.shell.stub("docker", "echo vfs");
    const { code, stderr } = node.install("overlay2");
    assert.notEqual(code, 0);
    assert.match(stderr, /Docker does not use its storage driver, got vfs; wanted overlay2/);
  });
});
