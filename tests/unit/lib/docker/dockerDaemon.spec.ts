import assert from "node:assert/strict";
import { daemonJson, MTU_PLACEHOLDER } from "../../../../lib/docker/dockerDaemon";
import { appNodeFeatures, appNodeRawLines } from "../../../../lib/docker/installDocker";

describe("Docker on an app node", () => {
  it("uses the node's storage driver, without the userland proxy", () => {
    const text = daemonJson("fuse-overlayfs").replace(MTU_PLACEHOLDER, "1400");
    const settings = JSON.parse(text) as Record<string, unknown>;
    assert.equal(settings["storage-driver"], "fuse-overlayfs");
    assert.equal(settings["userland-proxy"], false);
    assert.equal(settings.mtu, 1400);
  });

  it("asks for FUSE only where the storage driver needs it", () => {
    assert.equal(appNodeFeatures("overlay2"), "keyctl=1,nesting=1");
    assert.ok(!appNodeRawLines("overlay2").some((line) => line.includes("fuse")));
    assert.ok(appNodeRawLines("fuse-overlayfs").some((line) => line.includes("/dev/fuse")));
  });
});
