import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { cloneAt, freshClone, labClone } from "../support/labClone";

const source = resolve(__dirname, "..", "..");
const other = cloneAt("/tmp/homelab-e2e-second checkout");

/** The environment that `./lab env` gives, as pairs. */
async function labEnvironment(): Promise<Record<string, string>> {
  const { stdout } = await labClone().ok(["env"]);
  const script = `${stdout}\nenv -0`;
  const { stdout: all } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
  return Object.fromEntries(
    all
      .split("\0")
      .filter((entry) => entry.includes("="))
      .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );
}

describe("another checkout of the same stack", function () {
  this.timeout("4m");
  after(() => rmSync(other.root, { recursive: true, force: true }));

  it("previews no changes, with its own home, key file and CA file", async () => {
    await freshClone(other);
    symlinkSync(join(source, "node_modules"), join(other.root, "node_modules"));
    const inside = (...path: string[]) => join(other.root, ".lab", ...path);
    const home = inside("home");
    mkdirSync(home, { recursive: true });
    const env = await labEnvironment();
    const keyFile = inside("key of somebody else");
    for (const suffix of ["", ".pub"]) {
      cpSync(`${env.HOMELAB_SSH_KEY_FILE!}${suffix}`, `${keyFile}${suffix}`);
    }
    const caFile = inside("ca", "ca.pem");
    mkdirSync(dirname(caFile));
    cpSync(env.HOMELAB_PROXMOX_CA_FILE!, caFile);
    const config = inside("Pulumi.dev.json");
    cpSync(env.PULUMI_OPTION_CONFIG_FILE!, config);
    const own = {
      HOME: home,
      HOMELAB_SSH_KEY_FILE: keyFile,
      HOMELAB_PROXMOX_CA_FILE: caFile,
      SSL_CERT_DIR: `/etc/ssl/certs:${dirname(caFile)}`,
      PULUMI_OPTION_CONFIG_FILE: config,
      PULUMI_OPTION_POLICY_PACK: join(other.root, "policy"),
    };
    const preview = spawnSync("pulumi", ["preview", "--non-interactive", "--color", "never"], {
      cwd: other.root,
      env: { ...env, ...own },
      encoding: "utf8",
      timeout: 200_000,
    });
    const text = preview.stdout + preview.stderr;
    assert.equal(preview.status, 0, text);
    assert.match(text, /^ +\d+ unchanged$/m);
    assert.doesNotMatch(text, /to (create|update|replace|delete)/);
  });

  it("finds nothing of the first one in the state but what its own files hold", async () => {
    const words = ["pulumi", "--", "stack", "export"];
    const { stdout } = await labClone().ok(words);
    assert.ok(!stdout.includes(labClone().root), "a path of the checkout");
    assert.ok(!stdout.includes("id_ed25519"), "a key file");
  });
});
