import { randomUUID } from "node:crypto";
import type { AccessControl } from "../access/accessControl";
import type { Token } from "../access/userConfig";
import { failure, parameterError, permissionError } from "../errors";
import { splitList } from "../http/formats";
import type { ParamSchema, RequestContext, Route } from "../contract";
import { requireUser, requireUserModify } from "./access";

/** API tokens of a user. */
export function tokenRoutes(access: AccessControl): Route[] {
  const base = "/access/users/{userid}/token";
  const userid: ParamSchema = { type: "string", format: "pve-userid" };
  const ids = {
    userid,
    tokenid: { type: "string", pattern: /^[A-Za-z][A-Za-z0-9.\-_]+$/ } as ParamSchema,
  };
  const fields: Record<string, ParamSchema> = {
    comment: { type: "string", optional: true, multiline: true },
    expire: { type: "integer", minimum: 0, optional: true },
    privsep: { type: "boolean", optional: true },
  };
  return [
    {
      method: "GET",
      path: base,
      permission: "user",
      params: { userid },
      async handler(ctx) {
        const user = requireUser(await access.read(), own(ctx));
        return [...user.tokens].map(([tokenid, token]) => ({ tokenid, ...shown(token) }));
      },
    },
    {
      method: "GET",
      path: `${base}/{tokenid}`,
      permission: "user",
      params: ids,
      async handler(ctx) {
        const user = requireUser(await access.read(), own(ctx));
        return shown(requireToken(user.tokens, ctx));
      },
    },
    {
      method: "POST",
      path: `${base}/{tokenid}`,
      permission: "user",
      params: { ...ids, ...fields },
      async handler(ctx) {
        const id = own(ctx);
        const tokenId = String(ctx.params.tokenid);
        const token: Token = { expire: 0, privsep: true, comment: "" };
        apply(token, ctx);
        await access.change((config) => {
          const { tokens } = requireUser(config, id);
          if (tokens.has(tokenId)) throw parameterError({ tokenid: "Token already exists." });
          tokens.set(tokenId, token);
        });
        const value = randomUUID();
        const full = `${id}!${tokenId}`;
        await access.setTokenSecret(full, value);
        return { "full-tokenid": full, info: asked(ctx), value };
      },
    },
    {
      method: "PUT",
      path: `${base}/{tokenid}`,
      permission: "user",
      params: {
        ...ids,
        ...fields,
        delete: { type: "string", format: "string-list", optional: true },
      },
      async handler(ctx) {
        const id = own(ctx);
        return access.change((config) => {
          const token = requireToken(requireUser(config, id).tokens, ctx);
          apply(token, ctx);
          if (splitList(String(ctx.params.delete ?? "")).includes("comment")) token.comment = "";
          return shown(token);
        });
      },
    },
    {
      method: "DELETE",
      path: `${base}/{tokenid}`,
      permission: "user",
      params: ids,
      async handler(ctx) {
        const id = own(ctx);
        const tokenId = String(ctx.params.tokenid);
        const full = `${id}!${tokenId}`;
        await access.change((config) => {
          const { tokens } = requireUser(config, id);
          requireToken(tokens, ctx);
          tokens.delete(tokenId);
          config.acl = config.acl.filter((e) => e.type !== "token" || e.ugid !== full);
        });
        await access.setTokenSecret(full);
        return null;
      },
    },
  ];
}

/** The user of the path: oneself by ticket, or anybody with User.Modify. */
function own(ctx: RequestContext): string {
  const id = String(ctx.params.userid);
  // A token is not its user: one that could make tokens of it would shed its own limits.
  if (id === ctx.identity.authId) return id;
  if (id !== "root@pam" && !ctx.allowed("/access/groups", "User.Modify")) throw permissionError();
  requireUserModify(ctx, id);
  return id;
}

function requireToken(tokens: Map<string, Token>, ctx: RequestContext): Token {
  const token = tokens.get(String(ctx.params.tokenid));
  if (!token)
    throw failure(`no such token '${ctx.params.tokenid}' for user '${ctx.params.userid}'`);
  return token;
}

function apply(token: Token, { params, empty }: RequestContext): void {
  if (params.comment !== undefined) token.comment = String(params.comment);
  else if (empty.has("comment")) token.comment = "";
  if (params.expire !== undefined) token.expire = Number(params.expire);
  if (params.privsep !== undefined) token.privsep = params.privsep === true;
}

/** The settings of a new token as they were asked for. */
function asked({ params }: RequestContext) {
  const { comment, expire, privsep } = params;
  return {
    ...(comment === undefined ? {} : { comment }),
    ...(expire === undefined ? {} : { expire: String(expire) }),
    privsep: privsep === false ? 0 : 1,
  };
}

function shown({ comment, expire, privsep }: Token) {
  return { ...(comment ? { comment } : {}), expire, privsep: privsep ? 1 : 0 };
}
