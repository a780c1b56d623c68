import type { AccessControl } from "../access/accessControl";
import type { Group } from "../access/userConfig";
import { failure } from "../errors";
import { needs, needsAny, type ParamSchema, type RequestContext, type Route } from "../contract";

const groupid: ParamSchema = { type: "string", format: "pve-groupid" };
const comment: ParamSchema = { type: "string", optional: true, multiline: true };

/** Groups of users. */
export function groupRoutes(access: AccessControl): Route[] {
  const one = "/access/groups/{groupid}";
  return [
    {
      method: "GET",
      path: "/access/groups",
      permission: "user",
      async handler(ctx) {
        const { groups } = await access.read();
        return [...groups]
          .filter(([id]) => mayModify(ctx, id) || ctx.allowed("/access/groups", "Sys.Audit"))
          .map(([id, group]) => ({
            groupid: id,
            users: [...group.users].sort().join(","),
            ...(group.comment ? { comment: group.comment } : {}),
          }));
      },
    },
    {
      method: "POST",
      path: "/access/groups",
      permission: needs("/access/groups", "Group.Allocate"),
      params: { groupid, comment },
      async handler(ctx) {
        const id = String(ctx.params.groupid);
        await access.change(({ groups }) => {
          if (groups.has(id)) throw failure(`create group failed: group '${id}' already exists`);
          groups.set(id, { users: new Set(), comment: String(ctx.params.comment ?? "") });
        });
        return null;
      },
    },
    {
      method: "GET",
      path: one,
      permission: needsAny("/access/groups", "Sys.Audit", "Group.Allocate"),
      params: { groupid },
      async handler(ctx) {
        const id = String(ctx.params.groupid);
        const group = requireGroup((await access.read()).groups, id);
        return { members: [...group.users].sort(), comment: group.comment };
      },
    },
    {
      method: "PUT",
      path: one,
      permission: needs("/access/groups", "Group.Allocate"),
      params: { groupid, comment },
      async handler(ctx) {
        await access.change(({ groups }) => {
          const group = requireGroup(groups, String(ctx.params.groupid), "update");
          if (ctx.params.comment !== undefined || ctx.empty.has("comment")) {
            group.comment = String(ctx.params.comment ?? "");
          }
        });
        return null;
      },
    },
    {
      method: "DELETE",
      path: one,
      permission: needs("/access/groups", "Group.Allocate"),
      params: { groupid },
      async handler(ctx) {
        const id = String(ctx.params.groupid);
        await access.change((config) => {
          requireGroup(config.groups, id, "delete");
          config.groups.delete(id);
          config.acl = config.acl.filter((e) => e.type !== "group" || e.ugid !== id);
        });
        return null;
      },
    },
  ];
}

const mayModify = (ctx: RequestContext, id: string) =>
  ctx.allowed(`/access/groups/${id}`, "User.Modify") ||
  ctx.allowed(`/access/groups/${id}`, "Group.Allocate");

function requireGroup(groups: Map<string, Group>, id: string, doing?: string): Group {
  const group = groups.get(id);
  const prefix = doing === undefined ? "" : `${doing} group failed: `;
  if (!group) throw failure(`${prefix}group '${id}' does not exist`);
  return group;
}
