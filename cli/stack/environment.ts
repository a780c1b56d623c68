import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { LabPaths } from "../../system/labPaths";
import type { EmbeddedNode } from "../../pve-node/box/embeddedNode";
import type { Toolchain } from "../../toolchain/contract";
import { CA_FILE_VARIABLE, KEY_FILE_VARIABLE, LOOKS_VARIABLE } from "../../lib/stack/machineFiles";
import { parseStackYaml } from "./stackYaml";
import { stackFolder } from "./stackFolder";
import { configFile, devStack, passphraseFile, projectName } from "./workingCopy";

/** Where Go programs look for certificates unless told otherwise. */
const systemCertificates = "/etc/ssl/certs:/etc/pki/tls/certs";

/**
 * The environment in which every Pulumi command works on this lab's stack, policy pack included.
 *
 * `PULUMI_OPTION_<FLAG>` sets a flag of every command that has it.
 */
export function pulumiEnvironment(from: {
  paths: LabPaths;
  stack: string;
  toolchain: Toolchain;
  /** Set for the `dev` stack. */
  node?: EmbeddedNode;
  outer?: Record<string, string | undefined>;
}): Record<string, string | undefined> {
  const { paths, stack, toolchain, node, outer = process.env } = from;
  const state = `file://${join(paths.state, "pulumi")}`;
  const environment: Record<string, string | undefined> = {
    ...toolchain.env,
    PULUMI_BACKEND_URL: stack === devStack ? state : (outer.PULUMI_BACKEND_URL ?? state),
    PULUMI_STACK: stack,
    PULUMI_OPTION_CONFIG_FILE: configFile(paths, stack),
    PULUMI_OPTION_POLICY_PACK: join(paths.root, "policy"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The engine, the program and the policy pack talk over loopback; grpc-js would send even that
    // through `http_proxy`. It reads this variable before `no_proxy`, and knows no spaces in it.
    no_grpc_proxy: withLoopback(outer.no_grpc_proxy ?? outer.no_proxy),
    // The compiler runs in the tests; here it would only cost seconds.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    // A working copy that was lost is made anew; the salt is in the state as well.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    // An update looks at what is there, whoever has set this.
    [LOOKS_VARIABLE]: undefined,
  };
  const policyConfig = join(paths.root, "policy", `config.${stack}.json`);
  if (existsSync(policyConfig)) environment.PULUMI_OPTION_POLICY_PACK_CONFIG = policyConfig;
  const own = outer.PULUMI_CONFIG_PASSPHRASE ?? outer.PULUMI_CONFIG_PASSPHRASE_FILE;
  if (stack === devStack || own === undefined) {
    environment.PULUMI_CONFIG_PASSPHRASE = undefined; // it would win over the file
    environment.PULUMI_CONFIG_PASSPHRASE_FILE = passphraseFile(paths);
  }
  if (node) environment.PROXMOX_VE_API_TOKEN = `${node.tokenId}=${node.tokenSecret}`;
  return { ...environment, ...machineFiles(from, outer) };
}

/** Files of this machine that Pulumi's parts read: the key for SSH, and the CA of the Proxmox API. */
function machineFiles(
  { paths, stack, node }: Parameters<typeof pulumiEnvironment>[0],
  outer: Record<string, string | undefined>,
): Record<string, string | undefined> {
  const file = configFile(paths, stack);
  const values = node || !existsSync(file) ? {} : parseStackYaml(file, readFileSync(file, "utf8"));
  const named = (key: string) => {
    const value = values[`${projectName}:${key}`];
    return typeof value === "string" && value !== ""
      ? value.replace(/^~(?=\/)/, homedir())
      : undefined;
  };
  // What `./lab init` has made is there for a stack that names none.
  const own = stackFolder(paths, stack);
  const made = (path: string) => (node || !existsSync(path) ? undefined : path);
  const keyFile =
    node?.sshKeyFile ?? named("sshPrivateKeyFile") ?? outer[KEY_FILE_VARIABLE] ?? made(own.key);
  const caFile = node?.caFile ?? named("proxmoxCaFile") ?? outer[CA_FILE_VARIABLE] ?? made(own.ca);
  return {
    [KEY_FILE_VARIABLE]: keyFile,
    [CA_FILE_VARIABLE]: caFile,
    ...(caFile
      ? {
          SSL_CERT_DIR: withCertificates(outer.SSL_CERT_DIR, dirname(caFile)),
          // Node.js takes the variable above for one folder, and complains about a list. Its parts are
          // given the CA's file itself.
          NODE_USE_SYSTEM_CA: undefined,
        }
      : {}),
  };
}

const loopback = ["localhost", "127.0.0.1", "::1"];

/** A list of hosts that no proxy is asked for, with this machine's own. */
function withLoopback(hosts = ""): string {
  const named = hosts
    .split(",")
    .map((host) => host.trim())
    .filter(Boolean);
  return [...new Set([...named, ...loopback])].join(",");
}

function withCertificates(outer: string | undefined, folder: string): string {
  const folders = (outer || systemCertificates).split(":");
  return [...folders.filter((one) => one !== folder), folder].join(":");
}

/** `export …` and `unset …` lines for a shell's `eval`. */
export function exportLines(environment: Record<string, string | undefined>): string[] {
  return Object.entries(environment)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) =>
      value === undefined ? `unset ${name}` : `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
    );
}
