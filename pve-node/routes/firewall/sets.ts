import type { FirewallFile, IpSetEntry } from "../../codec/firewall";
import type { ParamSchema, RequestContext, Route } from "../../contract";
import { failure, parameterError } from "../../errors";
import { aliasName, familyOf } from "../../firewall/addresses";
import { digest } from "../../firewall/rules";
import { remark, renamed } from "./groups";
import type { FirewallScope } from "./scope";

const name: ParamSchema = {
  type: "string",
  pattern: /^[A-Za-z][A-Za-z0-9\-_]+$/,
  minLength: 2,
  maxLength: 64,
};
const comment: ParamSchema = { type: "string", multiline: true, optional: true };
const cidr: ParamSchema = {
  type: "string",
  check: (value) =>
    familyOf(value) !== 0 || aliasName.test(value)
      ? undefined
      : "invalid format - value does not look like a valid IP address or CIDR network",
};
const nomatch: ParamSchema = { type: "boolean", optional: true };

/** IP sets and their entries. */
export function ipSetRoutes(scope: FirewallScope): Route[] {
  const { params } = scope;
  const path = `${scope.base}/ipset`;
  const set = (file: FirewallFile, ctx: RequestContext) => {
    const found = file.ipsets.get(String(ctx.params.name));
    if (!found) throw failure(`no such IPSet '${String(ctx.params.name)}'`);
    return found;
  };
  const entry = (file: FirewallFile, ctx: RequestContext): IpSetEntry => {
    const found = set(file, ctx).items.find((item) => item.cidr === ctx.params.cidr);
    if (!found) throw failure("no such IP/Network");
    return found;
  };
  return [
    {
      method: "GET",
      path,
      permission: scope.read,
      params,
      async handler(ctx) {
        const { file, digest: of } = await scope.load(ctx);
        return [...file.ipsets].map(([id, found]) => ({
          name: id,
          digest: of,
          ...(found.comment === undefined ? {} : { comment: found.comment }),
        }));
      },
    },
    {
      method: "POST",
      path,
      permission: scope.write,
      params: { ...params, name, comment, digest, rename: { ...name, optional: true } },
      async handler(ctx) {
        const id = String(ctx.params.name);
        const { rename } = ctx.params;
        await scope.change(ctx, (file) => {
          if (rename !== undefined) return renamed(file.ipsets, String(rename), id, ctx, "name");
          if (file.ipsets.has(id)) throw parameterError({ name: `IPSet '${id}' already exists` });
          file.ipsets.set(id, { items: [], ...remark(ctx) });
        });
        return null;
      },
    },
    {
      method: "GET",
      path: `${path}/{name}`,
      permission: scope.read,
      params: { ...params, name },
      async handler(ctx) {
        const { file, digest: of } = await scope.load(ctx);
        return set(file, ctx).items.map((item) => ({ ...item, digest: of }));
      },
    },
    {
      method: "POST",
      path: `${path}/{name}`,
      permission: scope.write,
      params: { ...params, name, cidr, comment, nomatch },
      async handler(ctx) {
        const wanted = String(ctx.params.cidr);
        const cluster = await scope.cluster();
        await scope.change(ctx, (file) => {
          const { items } = set(file, ctx);
          if (items.some((item) => item.cidr === wanted))
            throw parameterError({ cidr: `address '${wanted}' already exists` });
          const alias = wanted.replace(/^(?:dc|guest)\//, "");
          const known =
            familyOf(wanted) !== 0 || file.aliases.has(alias) || cluster.aliases.has(alias);
          if (!known) throw parameterError({ cidr: `no such alias '${alias}'` });
          const inverted = ctx.params.nomatch === true ? { nomatch: 1 as const } : {};
          items.unshift({ cidr: wanted, ...inverted, ...remark(ctx) });
        });
        return null;
      },
    },
    {
      method: "DELETE",
      path: `${path}/{name}`,
      permission: scope.write,
      params: { ...params, name, force: { type: "boolean", optional: true } },
      async handler(ctx) {
        await scope.change(ctx, (file) => {
          const id = String(ctx.params.name);
          if (set(file, ctx).items.length > 0 && ctx.params.force !== true)
            throw failure(`IPSet '${id}' is not empty`);
          file.ipsets.delete(id);
        });
        return null;
      },
    },
    {
      method: "GET",
      path: `${path}/{name}/{cidr*}`,
      permission: scope.read,
      params: { ...params, name, cidr },
      async handler(ctx) {
        const { file, digest: of } = await scope.load(ctx);
        return { ...entry(file, ctx), digest: of };
      },
    },
    {
      method: "PUT",
      path: `${path}/{name}/{cidr*}`,
      permission: scope.write,
      params: { ...params, name, cidr, comment, nomatch, digest },
      async handler(ctx) {
        await scope.change(ctx, (file) => {
          const found = entry(file, ctx);
          if (ctx.params.nomatch === true) found.nomatch = 1;
          else if (ctx.params.nomatch === false) delete found.nomatch;
          Object.assign(found, remark(ctx));
        });
        return null;
      },
    },
    {
      method: "DELETE",
      path: `${path}/{name}/{cidr*}`,
      permission: scope.write,
      params: { ...params, name, cidr, digest },
      async handler(ctx) {
        await scope.change(ctx, (file) => {
          const found = set(file, ctx);
          found.items = found.items.filter((item) => item !== entry(file, ctx));
        });
        return null;
      },
    },
  ];
}
