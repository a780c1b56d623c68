import assert from "node:assert/strict";
import {
  installOnNode,
  listNodePackages,
  packagesThatStay,
} from "../../../../lib/net/nodePackages";
import { stubbedShell } from "../../../support/stubbedShell";

describe("packages on the Proxmox node", () => {
  it("that the program installed are listed, once each, with the way to remove them", () => {
    using shell = stubbedShell(["/etc/homelab"]);
    shell.stub("apt-get");
    for (const [program, name] of [
      ["no-such-nft", "nftables"],
      ["no-such-nft", "nftables"],
      ["no-such-ulogd", "ulogd2-json"],
    ] as const) {
      assert.equal(shell.run(installOnNode(program, name)).code, 0);
    }
    const text = packagesThatStay(shell.run(listNodePackages).stdout);
    assert.match(text ?? "", /installed there: nftables, ulogd2-json\. /);
    assert.match(
      text ?? "",
      /apt-get purge nftables ulogd2-json && systemctl unmask ulogd2\.service/,
    );
  });

  it("that were there before are not mentioned", () => {
    using shell = stubbedShell(["/etc/homelab"]);
    assert.equal(shell.run(installOnNode("bash", "bash")).code, 0);
    assert.equal(packagesThatStay(shell.run(listNodePackages).stdout), undefined);
  });

  it("ask for nothing to be unmasked that was not masked", () => {
    assert.doesNotMatch(packagesThatStay("nftables\n") ?? "", /unmask/);
  });
});
