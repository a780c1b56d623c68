import assert from "node:assert/strict";
import { sameEndpoint, sshArguments, sshOptions } from "../../../../lib/ssh/sshOptions";

const node = {
  host: "127.0.0.1",
  port: 2222,
  user: "root",
  hostKey: "ssh-ed25519 NODEKEY root@pve1",
};
const ct = { ...node, host: "10.10.10.11", port: 22, hostKey: "ssh-ed25519 CTKEY", via: node };

describe("ssh options", () => {
  it("trust one host key and read none of the user's files", () => {
    const options = sshOptions(node);
    assert.deepEqual(options.slice(0, 2), ["-F", "none"]);
    assert.ok(options.includes("StrictHostKeyChecking=yes"));
    assert.ok(
      options.includes("KnownHostsCommand=/bin/echo homelab-127.0.0.1-2222 ssh-ed25519 NODEKEY"),
    );
  });

  it("pin the bastion's key and the CT's key each on its own hop", () => {
    const options = sshOptions(ct);
    const hop = options.find((option) => option.startsWith("ProxyCommand=")) ?? "";
    assert.match(
      hop,
      /'KnownHostsCommand=\/bin\/echo homelab-127\.0\.0\.1-2222 ssh-ed25519 NODEKEY'/,
    );
    // Each ssh reads the variable itself: no shell between them may.
    assert.match(hop, /-o 'IdentityFile=\$\{HOMELAB_SSH_KEY_FILE\}'/);
    assert.match(hop, /-W %h:%p -p 2222 root@127\.0\.0\.1$/);
    assert.ok(options.some((option) => option.endsWith("ssh-ed25519 CTKEY")));
  });

  it("name no file of this machine", () => {
    assert.ok(sshOptions(ct).includes("IdentityFile=${HOMELAB_SSH_KEY_FILE}"));
    assert.ok(!sshOptions(ct).includes("-i"));
  });

  it("are equal for the same machine, whatever an earlier version kept besides", () => {
    const former = { ...ct, keyFile: "/k", via: { ...node, keyFile: "/k" } };
    assert.equal(sameEndpoint(former, ct), true);
    assert.equal(sameEndpoint(ct, { ...ct, hostKey: "ssh-ed25519 OTHER" }), false);
    assert.equal(sameEndpoint(ct, { ...ct, via: { ...node, port: 22 } }), false);
  });

  it("put the command line last", () => {
    assert.deepEqual(sshArguments(node, "bash -s").slice(-5), [
      "-p",
      "2222",
      "root@127.0.0.1",
      "--",
      "bash -s",
    ]);
  });
});
