import type { FirewallFile, FirewallRule } from "../../codec/firewall";
import type { ParamSchema, Permission, RequestContext, Route } from "../../contract";
import { failure } from "../../errors";
import { changedRule, checkRule, digest, ruleAt, ruleParams } from "../../firewall/rules";
import type { FirewallScope } from "./scope";

/** Where a list of rules is: the firewall's own, or a security group's. */
export interface RuleList {
  path: string;
  params: Record<string, ParamSchema>;
  /** @throws PveError 500 when there is no such list */
  of(file: FirewallFile, ctx: RequestContext): FirewallRule[];
  /** Security groups have rules, not groups. */
  groups: boolean;
}

/** Reading and changing rules by their position. */
export function ruleRoutes(scope: FirewallScope, list: RuleList): Route[] {
  const { path, params } = list;
  const one = `${path}/{pos}`;
  const pos: ParamSchema = { type: "integer", minimum: 0 };
  const rules = async (ctx: RequestContext) => {
    const { file, digest: of } = await scope.load(ctx);
    return { rules: list.of(file, ctx), digest: of };
  };
  const permissions: { read: Permission; write: Permission } = scope;

  const create: Route = {
    method: "POST",
    path,
    permission: permissions.write,
    params: {
      ...params,
      ...ruleParams,
      type: { ...ruleParams.type!, optional: false },
      action: { ...ruleParams.action!, optional: false },
      pos: { ...pos, optional: true },
    },
    async handler(ctx) {
      const cluster = await scope.cluster();
      const { type, action } = ctx.params;
      const rule = changedRule(
        { type: String(type), action: String(action), enable: 0 },
        ctx.params,
      );
      if (rule.type === "group" && !list.groups)
        throw failure("security groups not allowed in security groups");
      await scope.change(ctx, (file) => {
        checkRule(rule, file, cluster);
        // Always first, whatever position is asked for, as on a real node.
        list.of(file, ctx).unshift(rule);
      });
      return null;
    },
  };
  const update: Route = {
    method: "PUT",
    path: one,
    permission: permissions.write,
    params: {
      ...params,
      pos,
      ...ruleParams,
      moveto: { type: "integer", minimum: 0, optional: true },
      delete: { type: "string", format: "pve-configid-list", optional: true },
    },
    async handler(ctx) {
      const cluster = await scope.cluster();
      await scope.change(ctx, (file) => {
        const all = list.of(file, ctx);
        const at = Number(ctx.params.pos);
        const rule = ruleAt(all, at);
        const { moveto } = ctx.params;
        if (moveto !== undefined) {
          const to = Math.min(Number(moveto), all.length);
          all.splice(to, 0, rule);
          all.splice(to <= at ? at + 1 : at, 1);
          return;
        }
        const changed = changedRule(rule, ctx.params);
        checkRule(changed, file, cluster);
        all[at] = changed;
      });
      return null;
    },
  };
  return [
    {
      method: "GET",
      path,
      permission: permissions.read,
      params,
      async handler(ctx) {
        const found = await rules(ctx);
        return found.rules.map((rule, at) => ({ ...rule, pos: at, digest: found.digest }));
      },
    },
    create,
    {
      method: "GET",
      path: one,
      permission: permissions.read,
      params: { ...params, pos },
      async handler(ctx) {
        const found = await rules(ctx);
        const rule = ruleAt(found.rules, ctx.params.pos);
        return { ...rule, pos: String(ctx.params.pos), digest: found.digest };
      },
    },
    update,
    {
      method: "DELETE",
      path: one,
      permission: permissions.write,
      params: { ...params, pos, digest },
      async handler(ctx) {
        await scope.change(ctx, (file) => {
          const all = list.of(file, ctx);
          ruleAt(all, ctx.params.pos);
          all.splice(Number(ctx.params.pos), 1);
        });
        return null;
      },
    },
  ];
}
