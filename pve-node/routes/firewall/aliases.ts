import type { FirewallAlias } from "../../codec/firewall";
import type { ParamSchema, Route } from "../../contract";
import { failure, parameterError } from "../../errors";
import { familyOf } from "../../firewall/addresses";
import { digest } from "../../firewall/rules";
import { remark } from "./groups";
import type { FirewallScope } from "./scope";

const name: ParamSchema = {
  type: "string",
  pattern: /^[A-Za-z][A-Za-z0-9\-_]+$/,
  minLength: 2,
  maxLength: 64,
};
const cidr: ParamSchema = {
  type: "string",
  check: (value) =>
    familyOf(value) !== 0
      ? undefined
      : "invalid format - value does not look like a valid IP address or CIDR network",
};
const comment: ParamSchema = { type: "string", multiline: true, optional: true };

/** Names for addresses and networks. */
export function aliasRoutes(scope: FirewallScope): Route[] {
  const { params } = scope;
  const path = `${scope.base}/aliases`;
  const one = `${path}/{name}`;
  const shown = (id: string, alias: FirewallAlias) => ({
    name: id,
    ...alias,
    ipversion: familyOf(alias.cidr),
  });
  return [
    {
      method: "GET",
      path,
      permission: scope.read,
      params,
      async handler(ctx) {
        const { file, digest: of } = await scope.load(ctx);
        return [...file.aliases].map(([id, alias]) => ({ ...shown(id, alias), digest: of }));
      },
    },
    {
      method: "POST",
      path,
      permission: scope.write,
      params: { ...params, name, cidr, comment },
      async handler(ctx) {
        const id = String(ctx.params.name);
        await scope.change(ctx, (file) => {
          if (file.aliases.has(id)) throw parameterError({ name: `alias '${id}' already exists` });
          file.aliases.set(id, { cidr: String(ctx.params.cidr), ...remark(ctx) });
        });
        return null;
      },
    },
    {
      method: "GET",
      path: one,
      permission: scope.read,
      params: { ...params, name },
      async handler(ctx) {
        const id = String(ctx.params.name);
        const alias = (await scope.load(ctx)).file.aliases.get(id);
        if (!alias) throw parameterError({ name: `no such alias '${id}'` });
        return shown(id, alias);
      },
    },
    {
      method: "PUT",
      path: one,
      permission: scope.write,
      params: { ...params, name, cidr, comment, digest, rename: { ...name, optional: true } },
      async handler(ctx) {
        const id = String(ctx.params.name);
        const to = String(ctx.params.rename ?? id);
        await scope.change(ctx, (file) => {
          const alias = file.aliases.get(id);
          if (!alias) throw failure(`no such alias '${id}'`);
          if (to !== id && file.aliases.has(to)) throw failure(`alias '${to}' already exists`);
          file.aliases.delete(id);
          file.aliases.set(to, { ...alias, cidr: String(ctx.params.cidr), ...remark(ctx) });
        });
        return null;
      },
    },
    {
      method: "DELETE",
      path: one,
      permission: scope.write,
      params: { ...params, name, digest },
      async handler(ctx) {
        await scope.change(ctx, (file) => void file.aliases.delete(String(ctx.params.name)));
        return null;
      },
    },
  ];
}
