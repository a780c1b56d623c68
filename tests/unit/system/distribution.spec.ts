import assert from "node:assert/strict";
import {
  familyOf,
  installCommand,
  packageOf,
  startDockerCommand,
} from "../../../system/distribution";

describe("distribution", () => {
  for (const [text, family] of [
    ['PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', "debian"],
    ["ID=ubuntu\nID_LIKE=debian\n", "debian"],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', "debian"],
    ["NAME=Fedora\nID=fedora\n", "fedora"],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', "fedora"],
    ["ID=arch\n", "arch"],
    ["ID=manjaro\nID_LIKE=arch\n", "arch"],
    ['ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "suse"],
    ['ID="opensuse-leap"\n', "suse"],
    ["ID=alpine\n", "alpine"],
    ["ID=nixos\n", "other"],
    ["", "other"],
  ] as const)
    it(`is ${family} by ${JSON.stringify(text)}`, () => assert.equal(familyOf(text), family));

  it("has its own names for packages, and its own command", () => {
    const commands = (["debian", "fedora", "arch", "suse", "alpine"] as const).map((family) =>
      installCommand(["ssh"], family),
    );
    assert.deepEqual(commands, [
      "sudo apt-get install openssh-client",
      "sudo dnf install openssh-clients",
      "sudo pacman -S openssh",
      "sudo zypper install openssh-clients",
      "sudo apk add openssh-client",
    ]);
    assert.equal(
      installCommand(["ssh", "docker"], "debian"),
      "sudo apt-get install openssh-client docker.io",
    );
    assert.match(startDockerCommand("alpine"), /rc-update/);
    assert.match(startDockerCommand("fedora"), /systemctl/);
  });

  it("names programs where there is no package that is known", () => {
    assert.equal(installCommand(["mmdebstrap"], "fedora"), "install mmdebstrap");
    assert.equal(installCommand(["ssh"], "other"), "install ssh");
    assert.equal(packageOf("ssh", "other"), undefined);
  });
});
