import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { exclusion } from "../../../../pve-node/lxc/backup";
import { detectOsType } from "../../../../pve-node/lxc/guest/detect";
import { GuestRoot } from "../../../../pve-node/lxc/guest/guestRoot";

const cases: [what: string, files: Record<string, string>, ostype: string | undefined][] = [
  ["Debian", { "/etc/os-release": 'ID=debian\nID_LIKE="x"\n' }, "debian"],
  ["Alpine", { "/etc/os-release": "ID=alpine\n" }, "alpine"],
  ["Arch", { "/etc/os-release": 'NAME="Arch Linux"\nID=arch\n' }, "archlinux"],
  ["Fedora in quotes", { "/etc/os-release": 'ID="fedora"\n' }, "fedora"],
  ["Alpine without os-release", { "/etc/alpine-release": "3.22.0\n" }, "alpine"],
  ["a relative of Debian", { "/etc/os-release": "ID=mx\n", "/etc/debian_version": "" }, "debian"],
  ["one that is not set up here", { "/etc/os-release": "ID=opensuse-leap\n" }, undefined],
];

describe("what is in a template", () => {
  for (const [what, files, wanted] of cases)
    it(`${what}: ${wanted ?? "not known"}`, async () => {
      const root = await fs.mkdtemp(join(tmpdir(), "guest-"));
      try {
        for (const [path, text] of Object.entries(files)) {
          await fs.mkdir(dirname(join(root, path)), { recursive: true });
          await fs.writeFile(join(root, path), text);
        }
        assert.equal(await detectOsType(new GuestRoot(root, 0)), wanted);
      } finally {
        await fs.rm(root, { recursive: true, force: true });
      }
    });

  it("is left out of a backup by path, or by name wherever it is", () => {
    assert.deepEqual(exclusion("/var/cache"), ["--exclude=./var/cache"]);
    assert.deepEqual(exclusion("*.iso"), ["--no-anchored", "--exclude=*.iso", "--anchored"]);
  });
});
