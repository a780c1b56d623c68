import assert from "node:assert/strict";
import { bringer } from "../../../../cli/prerequisites";
import { checkMachine } from "../../../../cli/prerequisites/checks";
import { labPaths } from "../../../../system/labPaths";
import { judgeSsh } from "../../../../cli/prerequisites/findings";

describe("programs of the machine", () => {
  it("are asked for where they are used: every run needs Docker and ssh alone", async () => {
    const { PATH } = process.env;
    process.env.PATH = "/nonexistent";
    try {
      const findings = await checkMachine(labPaths());
      const words = findings.map(({ found, remedy }) => `${found} ${remedy}`).join("\n");
      assert.doesNotMatch(words, /mmdebstrap|zstd|\bgit\b|iptables/);
    } finally {
      process.env.PATH = PATH;
    }
  }).timeout(30_000);

  it("include an OpenSSH that can be given host keys", () => {
    assert.equal(
      judgeSsh("OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17\n", "debian").level,
      "ok",
    );
    const old = judgeSsh("OpenSSH_8.0p1, OpenSSL 1.1.1k  FIPS\n", "fedora");
    assert.deepEqual([old.level, old.found], ["error", "OpenSSH 8.0"]);
    assert.match(old.remedy, /OpenSSH 8\.5 or newer/);
    assert.match(judgeSsh("Dropbear v2022.83\n", "alpine").found, /not OpenSSH \(Dropbear/);
    assert.equal(judgeSsh(undefined, "arch").remedy, "sudo pacman -S openssh");
  });

  it("that are missed in the middle of work are named with what they are for", async () => {
    const bring = bringer(false);
    await assert.rejects(
      bring(
        ["mmdebstrap"],
        "Debian 12: the registry does not give it, and mmdebstrap is missing",
        () => undefined,
      ),
      /^Error: Debian 12: the registry does not give it, and mmdebstrap is missing; .*install.* mmdebstrap$/,
    );
  });
});
