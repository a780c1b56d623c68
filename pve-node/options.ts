import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { pveRelease, type PveRelease } from "./version";

/** Settings that the node's programs share: flags first, then the environment. */
export interface NodeOptions {
  /** The node's name. @default - PVE_NODE_NAME or the machine's name */
  node: string;
  /** Directory that stands for `/`. @default - PVE_ROOT or `/` */
  root: string;
  /** @default 0.0.0.0 */
  host: string;
  /** @default 8006 */
  port: number;
  /** Further names and addresses of the server certificate. */
  san: string[];
  /** Release whose API is served. @default - PVE_NODE_RELEASE or 9.1 */
  release: PveRelease;
}

export function nodeOptions(args: string[], env: NodeJS.ProcessEnv): NodeOptions {
  const { values } = parseArgs({
    args,
    options: {
      node: { type: "string" },
      root: { type: "string" },
      host: { type: "string" },
      port: { type: "string" },
      release: { type: "string" },
      san: { type: "string", multiple: true },
    },
  });
  return {
    release: pveRelease(values.release ?? env.PVE_NODE_RELEASE),
    node: values.node ?? env.PVE_NODE_NAME ?? hostname().split(".")[0] ?? "pve1",
    root: values.root ?? env.PVE_ROOT ?? "/",
    host: values.host ?? "0.0.0.0",
    port: Number(values.port ?? 8006),
    san: [...(values.san ?? []), ...(env.PVE_NODE_SAN ?? "").split(/[\s,]+/)].filter(Boolean),
  };
}
