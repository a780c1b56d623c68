import type { Route } from "../contract";
import { PVE_RELEASE, PVE_REPOID, PVE_VERSION } from "../version";

export function versionRoutes(): Route[] {
  const handler = () => ({ version: PVE_VERSION, release: PVE_RELEASE, repoid: PVE_REPOID });
  return [
    { method: "GET", path: "/version", permission: "user", handler },
    { method: "GET", path: "/nodes/{node}/version", permission: "user", handler },
  ];
}
