import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newUser } from "../../pve-node/access/userConfig";
import { setPassword } from "../../pve-node/access/passwords";
import { build, type App } from "../../pve-node/http/app";
import type { GuestSummary } from "../../pve-node/contract";
import { createNode, type Node, type ServiceOptions } from "../../pve-node/services";

export interface TestNode extends Node, AsyncDisposable {
  app: App;
  root: string;
  errors: unknown[];
  /** Headers of a token with the given secret. */
  token(id: string): Record<string, string>;
  /** Makes a user with an ACL and a token with the same privileges; answers the token's headers. */
  grant(name: string, path: string, role: string): Promise<Record<string, string>>;
}

export const ROOT_PASSWORD = "correct horse";
const SECRET = "00000000-1111-2222-3333-444444444444";

/** A node in a temporary directory, without a socket and without LXC. */
export async function testNode(options: Partial<ServiceOptions> = {}): Promise<TestNode> {
  const root = options.root ?? (await fs.mkdtemp(join(tmpdir(), "pve-node-")));
  const guests = () => Promise.resolve<GuestSummary[]>([]);
  const node = createNode({ node: "pve1", root, failureDelayMs: 0, guests, ...options });
  const { paths } = node.services;
  await fs.mkdir(paths.priv, { recursive: true });
  await fs.mkdir(paths.localStorage, { recursive: true });
  const errors: unknown[] = [];
  const app = build({
    node: "pve1",
    routes: node.routes,
    access: node.access,
    onError: (error) => errors.push(error),
  });
  const token = (id: string) => ({ authorization: `PVEAPIToken=${id}=${SECRET}` });
  return {
    ...node,
    app,
    root,
    errors,
    token,
    async grant(name, path, role) {
      const id = `${name}@pve`;
      await node.access.change((config) => {
        const user = config.users.get(id) ?? newUser();
        user.tokens.set("t", { expire: 0, privsep: false, comment: "" });
        config.users.set(id, user);
        config.acl.push({ path, type: "user", ugid: id, role, propagate: true });
      });
      await node.access.setTokenSecret(`${id}!t`, SECRET);
      return token(`${id}!t`);
    },
    [Symbol.asyncDispose]: () => fs.rm(root, { recursive: true, force: true }),
  };
}

/** Headers of a logged in root@pam. */
export async function rootHeaders(node: TestNode): Promise<Record<string, string>> {
  await setPassword(node.services.paths.pamShadow, "root", ROOT_PASSWORD);
  const body = `username=root%40pam&password=${encodeURIComponent(ROOT_PASSWORD)}`;
  const { json } = await node.app.inject("POST", "/access/ticket", {}, body);
  const data = json.data as { ticket: string; CSRFPreventionToken: string };
  return {
    cookie: `PVEAuthCookie=${encodeURIComponent(data.ticket)}`,
    csrfpreventiontoken: data.CSRFPreventionToken,
  };
}
