import type { Session } from "../access/accessControl";
import type { Identity, Permission } from "../contract";
import { PveError, permissionError } from "../errors";
import type { RawParams } from "./parameters";

/**
 * Checks who may call a route, before its parameters are verified.
 * @throws PveError 403 with Proxmox's text
 */
export function checkPermission(
  permission: Permission,
  who: Identity,
  session: Session,
  uri: Record<string, string>,
  raw: RawParams,
): void {
  if (permission === "world" || permission === "user") return;
  if (permission === "root") {
    if (who.authId !== "root@pam") throw permissionError("user != root@pam");
    return;
  }
  const path = permission.path.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => uri[name] ?? raw.get(name)?.[0] ?? "",
  );
  if (!permission.any) return session.require(path, ...permission.privileges);
  if (permission.privileges.some((name) => session.allowed(path, name))) return;
  throw new PveError(403, `Permission check failed (${path}, ${permission.privileges.join("|")})`);
}
