import { join } from "node:path";
import { failure, parameterError } from "../errors";
import {
  needs,
  type NodeServices,
  type ParamSchema,
  type RequestContext,
  type Route,
} from "../contract";
import { requireDirectory } from "../storage/configured";
import { contentFolder } from "../storage/content";
import { download, urlMetadata, type Checksum } from "../storage/download";

const url: ParamSchema = { type: "string", pattern: /^https?:\/\/\S+$/ };
const ALGORITHMS = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"] as const;
const EXTENSIONS: Record<string, RegExp> = {
  vztmpl: /\.tar(\.(gz|xz|zst|bz2))?$/,
  iso: /\.(iso|img)$/i,
};

/** Templates and images from a URL. */
export function downloadRoutes(services: NodeServices): Route[] {
  const { node, paths } = services;
  return [
    {
      method: "GET",
      path: "/nodes/{node}/query-url-metadata",
      permission: "user",
      params: { url, "verify-certificates": { type: "boolean", default: true } },
      async handler(ctx) {
        requireDownload(ctx, node);
        try {
          return await urlMetadata(
            String(ctx.params.url),
            ctx.params["verify-certificates"] === true,
          );
        } catch (error) {
          throw failure(error instanceof Error ? error.message : String(error));
        }
      },
    },
    {
      method: "POST",
      path: "/nodes/{node}/storage/{storage}/download-url",
      permission: needs("/storage/{storage}", "Datastore.AllocateTemplate"),
      params: {
        storage: { type: "string", format: "pve-storage-id" },
        url,
        content: { type: "string", enum: ["iso", "vztmpl"] },
        filename: { type: "string", maxLength: 255 },
        compression: { type: "string", optional: true },
        checksum: { type: "string", optional: true },
        "checksum-algorithm": { type: "string", enum: ALGORITHMS, optional: true },
        "verify-certificates": { type: "boolean", default: true },
      },
      async handler(ctx) {
        const id = String(ctx.params.storage);
        const content = String(ctx.params.content);
        requireDownload(ctx, node);
        const name = String(ctx.params.filename).replaceAll(/[^a-zA-Z0-9_.-]/g, "_");
        if (!EXTENSIONS[content]?.test(name)) {
          throw parameterError({ filename: "wrong file extension" });
        }
        const storage = await requireDirectory(services, id);
        if (!storage.content.includes(content)) {
          throw failure(`storage '${id}' does not support '${content}' content`);
        }
        const checksum = checksumOf(ctx);
        const folder = join(paths.at(storage.path ?? ""), contentFolder(content) ?? "");
        const source = String(ctx.params.url);
        const verify = ctx.params["verify-certificates"] === true;
        return services.tasks.start("download", name, ctx.identity, (log) =>
          download(source, join(folder, name), verify, checksum, log),
        );
      },
    },
  ];
}

/** The node opens connections on behalf of the caller: that is a privilege of its own. */
function requireDownload(ctx: RequestContext, node: string): void {
  if (ctx.allowed("/", "Sys.Audit") && ctx.allowed("/", "Sys.Modify")) return;
  ctx.require(`/nodes/${node}`, "Sys.AccessNetwork");
}

function checksumOf({ params }: RequestContext): Checksum | undefined {
  const { checksum, "checksum-algorithm": algorithm } = params;
  if ((checksum === undefined) !== (algorithm === undefined)) {
    const [there, missing] =
      checksum === undefined
        ? ["checksum-algorithm", "checksum"]
        : ["checksum", "checksum-algorithm"];
    throw parameterError({ [missing]: `missing property required by '${there}'` });
  }
  if (checksum === undefined) return undefined;
  return { algorithm: String(algorithm), value: String(checksum).toLowerCase() };
}
