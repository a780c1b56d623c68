import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CA_FILE_VARIABLE, KEY_FILE_VARIABLE } from "../../lib/stack/machineFiles";
import { labClone, type LabResult } from "./labClone";
import { pveInfo } from "./nodeApi";

const name = "trial";

/**
 * A stack of another name on the lab's node, as one for a real Proxmox VE is made: with a file of
 * configuration, a state elsewhere, token, CA and SSH key from the environment. Its CTs have
 * other vmids, and its bridge another name.
 */
export interface TrialStack extends AsyncDisposable {
  /** `./lab VERB --stack trial`, with other values in the configuration and the environment. */
  run(
    verb: "up" | "preview",
    changes?: Record<string, string>,
    env?: Record<string, string>,
  ): Promise<LabResult>;
  /** How many resources its state holds. */
  resources(): Promise<number>;
}

export async function trialStack(): Promise<TrialStack> {
  const { root } = labClone();
  const backend = mkdtempSync(join(tmpdir(), "homelab-trial-"));
  const { caFile, sshKeyFile, tokenId, tokenSecret } = await pveInfo();
  const env = {
    PULUMI_BACKEND_URL: `file://${backend}`,
    PROXMOX_VE_API_TOKEN: `${tokenId}=${tokenSecret}`,
    [CA_FILE_VARIABLE]: caFile,
    [KEY_FILE_VARIABLE]: sshKeyFile,
  };
  const pulumi = (...words: string[]) =>
    labClone().ok(["pulumi", "--stack", name, "--", ...words], { env });
  const file = join(root, `Pulumi.${name}.yaml`);
  const { config } = JSON.parse(readFileSync(join(root, ".lab", "Pulumi.dev.json"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const own = {
    ...config,
    ...named({
      vmidLb: "210",
      vmidAppStart: "211",
      vmidDb: "250",
      privateBridge: "vmbr2",
      appImageContext: ".lab/app-image",
    }),
  };
  rmSync(file, { force: true });
  await pulumi("stack", "init", name, "--no-select");
  return {
    run(verb, changes = {}, more = {}) {
      // JSON is YAML; the salt, which is missing here, is in the state as well.
      writeFileSync(file, JSON.stringify({ config: { ...own, ...named(changes) } }));
      const yes = verb === "up" ? ["--yes"] : [];
      return labClone().run([verb, ...yes, "--stack", name], { env: { ...env, ...more } });
    },
    async resources() {
      const { deployment } = JSON.parse((await pulumi("stack", "export")).stdout) as {
        deployment: { resources?: unknown[] };
      };
      return deployment.resources?.length ?? 0;
    },
    [Symbol.asyncDispose]() {
      rmSync(file, { force: true });
      rmSync(backend, { recursive: true });
      return Promise.resolve();
    },
  };
}

const named = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`homelab:${key}`, value]));
