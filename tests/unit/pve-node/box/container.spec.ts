import assert from "node:assert/strict";
import { hostAccess } from "../../../../pve-node/box/capabilities";
import { runArguments, withoutProxies } from "../../../../pve-node/box/container";
import { lanOf } from "../../../../pve-node/box/subnet";
import { DEFAULT_RELEASE } from "../../../../pve-node/version";

describe("container of the embedded node", () => {
  it("is given no proxy, whatever Docker gives to other containers", () => {
    const values = withoutProxies().filter((word) => word !== "--env");
    for (const name of ["http_proxy", "https_proxy", "all_proxy", "no_proxy"])
      for (const spelt of [name, name.toUpperCase()])
        assert.ok(values.includes(`${spelt}=`), spelt);
  });

  it("keeps a log that can be read, whatever driver the daemon has for other containers", () => {
    const paths = { root: "/lab", id: "lab-0f0f0f", state: "/lab/.lab", cache: "/cache" };
    const spec = { image: "node", lan: lanOf("172.30.0.0/24"), release: DEFAULT_RELEASE };
    const words = runArguments(paths, spec, { http: 8080, api: 18006, ssh: 12222 }).join(" ");
    // A daemon of journald, syslog or none refuses json-file's options, or has nothing for `docker logs`.
    assert.match(words, /--log-driver json-file --log-opt max-size=10m/);
  });

  it("may read its bind mounts where SELinux confines containers", () => {
    assert.match(hostAccess().join(" "), /--security-opt label=disable/);
  });
});
