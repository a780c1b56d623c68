import assert from "node:assert/strict";
import { hostAccess } from "../../../../pve-node/box/capabilities";
import { withoutProxies } from "../../../../pve-node/box/container";

describe("container of the embedded node", () => {
  it("is given no proxy, whatever Docker gives to other containers", () => {
    const values = withoutProxies().filter((word) => word !== "--env");
    for (const name of ["http_proxy", "https_proxy", "all_proxy", "no_proxy"])
      for (const spelt of [name, name.toUpperCase()])
        assert.ok(values.includes(`${spelt}=`), spelt);
  });

  it("may read its bind mounts where SELinux confines containers", () => {
    assert.match(hostAccess().join(" "), /--security-opt label=disable/);
  });
});
