import { needs, needsAny, type ParamSchema, type Route } from "../contract";
import { failure, PveError } from "../errors";
import { digestOf } from "../os/files";

/** The realms that every node has; others would need directories that are not here. */
export const REALMS = [
  { realm: "pam", type: "pam", comment: "Linux PAM standard authentication" },
  { realm: "pve", type: "pve", comment: "Proxmox VE authentication server" },
];

const realm: ParamSchema = { type: "string", pattern: /^[A-Za-z][A-Za-z0-9.\-_]+$/, maxLength: 32 };
const settings: Record<string, ParamSchema> = {
  comment: { type: "string", maxLength: 4096, multiline: true, optional: true },
  default: { type: "boolean", optional: true },
};

/** Realms: where users' passwords are. */
export function domainRoutes(): Route[] {
  const find = (id: unknown) => {
    const found = REALMS.find((one) => one.realm === id);
    if (!found) throw failure(`domain '${String(id)}' does not exist`);
    return found;
  };
  return [
    { method: "GET", path: "/access/domains", permission: "world", handler: () => REALMS },
    {
      method: "POST",
      path: "/access/domains",
      permission: needs("/access/realm", "Realm.Allocate"),
      params: {
        realm,
        type: { type: "string", enum: ["ad", "ldap", "openid", "pam", "pve"] },
        ...settings,
      },
      handler({ params }) {
        const type = String(params.type);
        if (type === "pam" || type === "pve")
          throw failure(`add auth server failed: unable to create builtin type '${type}'`);
        throw new PveError(501, `realms of type '${type}' are not available`);
      },
    },
    {
      method: "GET",
      path: "/access/domains/{realm}",
      permission: needsAny("/access/realm", "Realm.Allocate", "Sys.Audit"),
      params: { realm },
      handler({ params }) {
        const { type, comment } = find(params.realm);
        return { type, comment, digest: digestOf("") };
      },
    },
    {
      method: "PUT",
      path: "/access/domains/{realm}",
      permission: needs("/access/realm", "Realm.Allocate"),
      params: { realm, ...settings },
      handler({ params }) {
        find(params.realm);
        throw new PveError(501, "changing a realm is not available");
      },
    },
    {
      method: "DELETE",
      path: "/access/domains/{realm}",
      permission: needs("/access/realm", "Realm.Allocate"),
      params: { realm },
      handler({ params }) {
        find(params.realm);
        throw failure("delete auth server failed: realm is built in");
      },
    },
  ];
}
