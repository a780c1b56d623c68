import assert from "node:assert/strict";
import { parseAnswer } from "../../../../pve-node/box/keyExchange";

const ca = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

describe("parseAnswer", () => {
  it("finds certificate, host key, password and the program's token", () => {
    const tokens = "root@pam!other 1111\nhomelab@pve!pulumi 2222-3333\n";
    const answer = [ca, "ssh-ed25519 AAAAC3 root@pve1\n", "secret\n", tokens, ""].join("\0");
    assert.deepEqual(parseAnswer(answer), {
      ca,
      sshHostKey: "ssh-ed25519 AAAAC3",
      password: "secret",
      token: "homelab@pve!pulumi=2222-3333",
    });
  });

  it("refuses half an answer without repeating it", () => {
    const answer = [ca, "ssh-ed25519 AAAAC3 root@pve1\n", "secret\n", ""].join("\0");
    assert.throws(
      () => parseAnswer(answer),
      (error: Error) => /incomplete/.test(error.message) && !error.message.includes("secret"),
    );
  });
});
