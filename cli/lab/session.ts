import { mkdirSync, writeFileSync } from "node:fs";
import { embeddedNodeInfo } from "../../pve-node/box";
import { containerName } from "../../pve-node/box/names";
import { ensureToolchain } from "../../toolchain";
import { CA_FILE_VARIABLE, KEY_FILE_VARIABLE } from "../../lib/stack/machineFiles";
import { explainAbsence, lookAtRemains } from "../stack/absentNode";
import { followUp } from "../stack/followUp";
import { stackFolder } from "../stack/stackFolder";
import type { CommandContext } from "../core/command";
import { run } from "../../system/exec";
import type { EmbeddedNode } from "../../pve-node/box/embeddedNode";
import type { Toolchain } from "../../toolchain/contract";
import { pulumiEnvironment } from "../stack/environment";
import { complete, devOutputs, type StackOutputs } from "../stack/outputs";
import { devStack, updateWorkingCopy } from "../stack/workingCopy";
import type { ApiAccess } from "./api";
import { controlPath, type NodeAccess } from "./ssh";

/** Pulumi and the environment it works in. */
export interface PulumiSession {
  toolchain: Toolchain;
  node?: EmbeddedNode;
  env: Record<string, string | undefined>;
}

/** The embedded node. @throws when the stack has none, or it does not run. */
export async function requireNode(context: CommandContext): Promise<EmbeddedNode> {
  if (context.stack !== devStack) {
    throw new Error(
      `stack ${JSON.stringify(context.stack)}: has no embedded node; only "${devStack}" has`,
    );
  }
  const node = await embeddedNodeInfo(context.paths);
  if (!node) {
    const remains = await lookAtRemains(context.paths);
    throw new Error(explainAbsence(containerName(context.paths), remains));
  }
  return node;
}

/** Pulumi for the stack; brings the toolchain when it is missing. */
export async function openPulumi(context: CommandContext): Promise<PulumiSession> {
  const toolchain = await ensureToolchain(context.paths, context.progress);
  const node = context.stack === devStack ? await requireNode(context) : undefined;
  const { paths, stack } = context;
  if (node) updateWorkingCopy(paths, node); // the committed configuration may have changed
  return { toolchain, node, env: pulumiEnvironment({ paths, stack, toolchain, node }) };
}

/** What Pulumi says of a stack that is not there, and of a folder of states before the first stack is made. */
const NO_STACK =
  /no stack (selected|named)|unable to open bucket file:.*no such file or directory/s;

/** Runs a Pulumi command that only reads, and returns what it printed. */
export async function askPulumi(
  context: CommandContext,
  session: PulumiSession,
  args: string[],
): Promise<string> {
  const { toolchain, env } = session;
  const options = { cwd: context.paths.root, env };
  try {
    return await run(toolchain.pulumi, [...args, "--non-interactive"], options);
  } catch (error) {
    if (!NO_STACK.test((error as Error).message)) throw error;
    const { stack } = context;
    throw new Error(
      `stack ${JSON.stringify(stack)}: does not exist in ${env.PULUMI_BACKEND_URL}; ` +
        `make it with ./lab init ${stack}`,
      { cause: error },
    );
  }
}

/** The stack's outputs. @throws when no `up` has ended yet. */
export async function requireOutputs(context: CommandContext): Promise<StackOutputs> {
  const outputs =
    context.stack === devStack
      ? devOutputs(context.paths)
      : complete(
          JSON.parse(
            await askPulumi(context, await openPulumi(context), ["stack", "output", "--json"]),
          ),
        );
  if (!outputs)
    throw new Error(
      `stack "${context.stack}": nothing is up; run ${followUp(context.stack, "up")}`,
    );
  return outputs;
}

/** SSH to the Proxmox node of the stack. */
export async function nodeAccess(context: CommandContext): Promise<NodeAccess> {
  if (context.stack === devStack) {
    const node = await requireNode(context);
    return {
      host: node.sshHost,
      port: node.sshPort,
      user: node.sshUser,
      keyFile: node.sshKeyFile,
      knownHostsFile: node.knownHostsFile,
      controlPath: controlPath(context.paths),
    };
  }
  const session = await openPulumi(context);
  const value = await stackValues(context, session);
  const host = value("sshHost");
  const port = Number(value("sshPort", "22"));
  const { folder, knownHosts: knownHostsFile } = stackFolder(context.paths, context.stack);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pattern = port === 22 ? host : `[${host}]:${port}`;
  writeFileSync(knownHostsFile, `${pattern} ${value("sshHostKey")}\n`);
  const user = value("sshUser", "root");
  const keyFile = session.env[KEY_FILE_VARIABLE];
  if (!keyFile) {
    throw new Error(
      `stack "${context.stack}": there is no SSH key for its Proxmox node; ./lab init ${context.stack} makes one, ` +
        `or set sshPrivateKeyFile`,
    );
  }
  return { host, port, user, keyFile, knownHostsFile };
}

/** The Proxmox VE API of the stack, and the node the CTs are on. */
export async function apiAccess(
  context: CommandContext,
): Promise<{ access: ApiAccess; node: string }> {
  if (context.stack === devStack) {
    const node = await requireNode(context);
    return { access: node, node: node.node };
  }
  const session = await openPulumi(context);
  const value = await stackValues(context, session);
  const token = process.env.PROXMOX_VE_API_TOKEN ?? value("proxmoxApiToken");
  const at = token.indexOf("=");
  return {
    access: {
      apiUrl: value("proxmoxEndpoint"),
      caFile: session.env[CA_FILE_VARIABLE],
      tokenId: token.slice(0, at),
      tokenSecret: token.slice(at + 1),
    },
    node: value("proxmoxNode", "pve1"),
  };
}

async function stackValues(
  context: CommandContext,
  session: PulumiSession,
): Promise<(key: string, otherwise?: string) => string> {
  const text = await askPulumi(context, session, ["config", "--show-secrets", "--json"]);
  const config = JSON.parse(text) as Record<string, { value?: string }>;
  return (key, otherwise) => {
    const value = config[`homelab:${key}`]?.value ?? otherwise;
    if (value === undefined) {
      throw new Error(
        `stack "${context.stack}": homelab:${key} is not set; ` +
          `set it with ./lab pulumi --stack ${context.stack} -- config set ${key} VALUE`,
      );
    }
    return value;
  };
}
