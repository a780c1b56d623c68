import type { FirewallFile, Named } from "../../codec/firewall";
import type { ParamSchema, RequestContext, Route } from "../../contract";
import { failure, parameterError } from "../../errors";
import { digest } from "../../firewall/rules";
import { ruleRoutes } from "./rules";
import type { FirewallScope } from "./scope";

const group: ParamSchema = {
  type: "string",
  pattern: /^[A-Za-z][A-Za-z0-9\-_]+$/,
  minLength: 2,
  maxLength: 18,
};
const comment: ParamSchema = { type: "string", multiline: true, optional: true };

/** Security groups, and the rules in them. */
export function groupRoutes(scope: FirewallScope): Route[] {
  const path = `${scope.base}/groups`;
  const require = (file: FirewallFile, ctx: RequestContext) => {
    const name = String(ctx.params.group);
    const found = file.groups.get(name);
    if (!found) throw failure(`no such security group '${name}'`);
    return found;
  };
  return [
    {
      method: "GET",
      path,
      permission: "user",
      async handler(ctx) {
        const { file, digest: of } = await scope.load(ctx);
        return [...file.groups].map(([name, found]) => ({
          group: name,
          digest: of,
          ...(found.comment === undefined ? {} : { comment: found.comment }),
        }));
      },
    },
    {
      method: "POST",
      path,
      permission: scope.write,
      params: { group, comment, digest, rename: { ...group, optional: true } },
      async handler(ctx) {
        const { rename } = ctx.params;
        const name = String(ctx.params.group);
        await scope.change(ctx, (file) => {
          if (rename !== undefined) return renamed(file.groups, String(rename), name, ctx, "group");
          if (file.groups.has(name))
            throw parameterError({ group: `Security group '${name}' already exists` });
          file.groups.set(name, { items: [], ...remark(ctx) });
        });
        return null;
      },
    },
    {
      method: "DELETE",
      path: `${path}/{group}`,
      permission: scope.write,
      params: { group },
      async handler(ctx) {
        await scope.change(ctx, (file) => {
          const name = String(ctx.params.group);
          if (require(file, ctx).items.length > 0)
            throw failure(`Security group '${name}' is not empty`);
          file.groups.delete(name);
        });
        return null;
      },
    },
    ...ruleRoutes(scope, {
      path: `${path}/{group}`,
      params: { group },
      groups: false,
      of: (file, ctx) => require(file, ctx).items,
    }),
  ];
}

export const remark = (ctx: RequestContext) =>
  ctx.params.comment === undefined ? {} : { comment: String(ctx.params.comment) };

/** Gives a named list another name, or the same one another comment. */
export function renamed<T>(
  all: Map<string, Named<T>>,
  from: string,
  to: string,
  ctx: RequestContext,
  parameter: "group" | "name",
): void {
  const what = parameter === "group" ? "Security group" : "IPSet";
  const found = all.get(from);
  if (!found) throw parameterError({ rename: `${what} '${from}' does not exist` });
  if (to !== from && all.has(to))
    throw parameterError({ [parameter]: `${what} '${to}' already exists` });
  all.delete(from);
  all.set(to, { ...found, ...remark(ctx) });
}
