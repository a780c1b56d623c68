import assert from "node:assert/strict";
import { readStackConfig } from "../../../components/stackConfig";
import { recordResources } from "../../support/recordingMocks";
import { completeConfig } from "../../support/stackConfig";

async function read(changes: Record<string, string>): Promise<unknown> {
  const config = completeConfig(changes);
  await recordResources(
    Object.fromEntries(Object.entries(config).map(([k, v]) => [`homelab:${k}`, v])),
  );
  return readStackConfig();
}

describe("reading the stack's configuration", () => {
  const token = process.env.PROXMOX_VE_API_TOKEN;
  beforeEach(() => (process.env.PROXMOX_VE_API_TOKEN = "lab@pve!test=secret"));
  after(() => {
    if (token === undefined) delete process.env.PROXMOX_VE_API_TOKEN;
    else process.env.PROXMOX_VE_API_TOKEN = token;
  });

  it("refuses with one line per problem", async () => {
    await assert.rejects(read({ appNodeCount: "0", surprise: "x" }), (error: Error) => {
      assert.match(error.message, /^the configuration of stack "dev" is refused:\n {2}surprise: /);
      assert.match(error.message, /\n {2}appNodeCount: is out of range, got 0/);
      return true;
    });
  });

  it("refuses a key that is not there and says how to make one", async () => {
    await assert.rejects(
      read({ sshPrivateKeyFile: "/nonexistent/key" }),
      /sshPrivateKeyFile: \/nonexistent\/key cannot be read \(ENOENT\); make a pair with: ssh-keygen/,
    );
  });

  it("refuses a CA that the provider would not look at", async () => {
    await assert.rejects(
      read({ proxmoxCaFile: __filename, sshPrivateKeyFile: __filename }),
      /is not trusted by the provider.*\.\/lab/,
    );
  });

  it("refuses to go on without an API token", async () => {
    delete process.env.PROXMOX_VE_API_TOKEN;
    await assert.rejects(read({ sshPrivateKeyFile: __filename }), /proxmoxApiToken: is missing/);
  });
});
