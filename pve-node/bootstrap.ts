import { randomBytes, randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import { AccessControl } from "./access/accessControl";
import { setPassword, verifyPassword } from "./access/passwords";
import { formatUserConfig, newUser } from "./access/userConfig";
import { ensureCa, ensureServerCertificate } from "./certificates";
import { readText, writeAtomic } from "./os/files";
import { nodeOptions } from "./options";
import {
  DEPLOYER_PRIVILEGES,
  grants,
  NODE_PRIVILEGES,
  NODE_ROLE,
  ROLE,
} from "../lib/stack/privileges";
import { nodePaths, type NodePaths } from "./paths";

const USER = "homelab@pve";
const TOKEN = "pulumi";
const STORAGE_CFG = `dir: local
	path /var/lib/vz
	content backup,images,iso,rootdir,snippets,vztmpl
`;

export interface BootstrapOptions {
  node: string;
  root?: string;
  /** Further names and addresses of the server certificate. */
  san?: string[];
}

/** Makes what a fresh node lacks and keeps what is there: it runs at every boot. */
export async function bootstrap(options: BootstrapOptions): Promise<void> {
  const { node } = options;
  const paths = nodePaths(node, options.root);
  await fs.mkdir(paths.lxcDir, { recursive: true });
  await fs.mkdir(paths.priv, { recursive: true, mode: 0o700 });
  await fs.chmod(paths.priv, 0o700);
  await ensureCa(paths, node);
  await ensureServerCertificate(paths, node, serverNames(node, options.san ?? []));
  const access = new AccessControl({ paths });
  await access.tickets.ensureKeys();
  await ensureRootPassword(paths);
  await ensureDeployer(access, node);
  if ((await readText(paths.storageCfg)) === undefined) {
    await writeAtomic(paths.storageCfg, STORAGE_CFG);
  }
}

function serverNames(node: string, san: string[]): string[] {
  const addresses = Object.values(os.networkInterfaces()).flat();
  const own = addresses.filter((a) => a?.family === "IPv4" && !a.internal).map((a) => a!.address);
  return [...new Set([node, "localhost", "127.0.0.1", "::1", ...own, ...san])];
}

/** The clear password stays readable for root of the box alone, so that its owner can log in. */
async function ensureRootPassword(paths: NodePaths): Promise<void> {
  const known = (await readText(paths.rootPassword))?.trim();
  const hashed = (await readText(paths.pamShadow))?.includes("root:") === true;
  if (known && hashed) return;
  const password = known || randomBytes(18).toString("base64url");
  await writeAtomic(paths.rootPassword, `${password}\n`, 0o600);
  await setPassword(paths.pamShadow, "root", password);
  if (!(await verifyPassword(paths.pamShadow, "root", password))) {
    throw new Error(`${paths.pamShadow}: password of root does not verify after it was set`);
  }
}

/** A user whose token the program uses. Roles and token are ours: a new release may change the roles. */
async function ensureDeployer(access: AccessControl, node: string): Promise<void> {
  const id = `${USER}!${TOKEN}`;
  const before = formatUserConfig(await access.read());
  const after = await access.change((config) => {
    const { roles, users } = config;
    roles.set(ROLE, new Set(DEPLOYER_PRIVILEGES));
    roles.set(NODE_ROLE, new Set(NODE_PRIVILEGES));
    const user = users.get(USER) ?? { ...newUser(), comment: "deploys the homelab" };
    users.set(USER, user);
    if (!user.tokens.has(TOKEN)) user.tokens.set(TOKEN, { expire: 0, privsep: false, comment: "" });
    const own = { type: "user", ugid: USER } as const;
    config.acl = [
      ...config.acl.filter(({ ugid, role }) => ugid !== USER || ![ROLE, NODE_ROLE].includes(role)),
      ...grants(node).map((grant) => ({ ...own, ...grant })),
    ];
    return formatUserConfig(config);
  });
  if (before !== after) console.log(`pve-node: access rights of ${id} are set`);
  if (!(await access.tokenSecrets()).has(id)) await access.setTokenSecret(id, randomUUID());
}

if (require.main === module) {
  const { node, root, san } = nodeOptions(process.argv.slice(2), process.env);
  bootstrap({ node, root, san }).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
