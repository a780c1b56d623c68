import type { Route } from "../contract";
import { versionOf, type PveRelease } from "../version";

export function versionRoutes(release: PveRelease): Route[] {
  const handler = () => versionOf(release);
  return [
    { method: "GET", path: "/version", permission: "user", handler },
    { method: "GET", path: "/nodes/{node}/version", permission: "user", handler },
  ];
}
