import assert from "node:assert/strict";
import { pendingInterfaces } from "../../../../lib/preflight/pendingChanges";

describe("changes of the node's network that wait", () => {
  it("are none where Proxmox tells of none", () => {
    assert.deepEqual(pendingInterfaces(undefined), []);
    assert.deepEqual(pendingInterfaces(""), []);
  });

  it("are named by their interfaces: one that comes, one that goes, one that is edited", () => {
    const diff = [
      "--- /etc/network/interfaces\t2026-11-27",
      "+++ /etc/network/interfaces.new\t2026-11-27",
      "@@ -1,9 +1,9 @@",
      " auto lo",
      " iface lo inet loopback",
      " ",
      " iface eno1 inet manual",
      "+\tmtu 9000",
      "-auto vmbr5",
      "-iface vmbr5 inet manual",
      "-\tbridge-ports none",
      "@@ -30,4 +30,11 @@",
      "+auto vmbr79",
      "+iface vmbr79 inet static",
      "+\taddress 192.0.2.1/28",
      "+",
      "",
    ].join("\n");
    assert.deepEqual(pendingInterfaces(diff), ["eno1", "vmbr5", "vmbr79"]);
  });

  it("are the file's beginning where no interface stands above them", () => {
    assert.deepEqual(pendingInterfaces("@@ -1 +1,2 @@\n+# by hand\n auto lo\n"), [
      "the file's beginning",
    ]);
  });
});
