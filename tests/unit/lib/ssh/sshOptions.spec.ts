import assert from "node:assert/strict";
import { sshArguments, sshOptions } from "../../../../lib/ssh/sshOptions";

const node = {
  host: "127.0.0.1",
  port: 2222,
  user: "root",
  hostKey: "ssh-ed25519 NODEKEY root@pve1",
  keyFile: "/k e y/id",
};
const ct = { ...node, host: "10.10.10.11", port: 22, hostKey: "ssh-ed25519 CTKEY", via: node };

describe("ssh options", () => {
  it("trust one host key and read none of the user's files", () => {
    const options = sshOptions(node);
    assert.deepEqual(options.slice(0, 4), ["-F", "none", "-i", "/k e y/id"]);
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
    assert.match(hop, /-i '\/k e y\/id'/);
    assert.match(hop, /-W %h:%p -p 2222 root@127\.0\.0\.1$/);
    assert.ok(options.some((option) => option.endsWith("ssh-ed25519 CTKEY")));
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
