import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CA_FILE_VARIABLE, KEY_FILE_VARIABLE } from "../../../lib/stack/machineFiles";
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
  const folder = mkdtempSync(join(tmpdir(), "keys-"));
  const key = join(folder, "id_ed25519");
  beforeEach(() => {
    process.env.PROXMOX_VE_API_TOKEN = "lab@pve!test=secret";
    process.env[KEY_FILE_VARIABLE] = key;
    writeFileSync(key, "PRIVATE KEY");
    writeFileSync(`${key}.pub`, "ssh-ed25519 PUBLIC lab");
  });
  afterEach(() => {
    delete process.env[KEY_FILE_VARIABLE];
    delete process.env[CA_FILE_VARIABLE];
  });
  after(() => {
    rmSync(folder, { recursive: true });
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
    process.env[KEY_FILE_VARIABLE] = "/nonexistent/key";
    await assert.rejects(
      read({}),
      /HOMELAB_SSH_KEY_FILE: \/nonexistent\/key cannot be read \(ENOENT\); make a pair with: ssh-keygen/,
    );
  });

  it("refuses to run without the environment of ./lab, and says how to get it", async () => {
    delete process.env[KEY_FILE_VARIABLE];
    await assert.rejects(read({}), /HOMELAB_SSH_KEY_FILE: is not set, .*eval "\$\(\.\/lab env\)"/);
  });

  it("refuses a CA that the provider would not look at", async () => {
    process.env[CA_FILE_VARIABLE] = __filename;
    await assert.rejects(read({}), /the Proxmox provider does not trust .*\.\/lab/);
    process.env[CA_FILE_VARIABLE] = "/nonexistent/ca.pem";
    await assert.rejects(
      read({}),
      /HOMELAB_PROXMOX_CA_FILE: there is no file \/nonexistent\/ca.pem/,
    );
  });

  it("refuses to go on without an API token", async () => {
    delete process.env.PROXMOX_VE_API_TOKEN;
    await assert.rejects(read({}), /proxmoxApiToken: is missing/);
  });

  it("knows nothing of this machine: no path, no key", async () => {
    const text = JSON.stringify(await read({}));
    assert.doesNotMatch(text, new RegExp(`${process.cwd()}|keyFile|caFile`));
  });
});
