/** What the program needs; a test keeps these equal to package.json and go.mod. */
export const pulumiVersion = "3.253.0";

/** A provider plugin. Its version must be exactly that of the npm package: Pulumi looks for it. */
export interface Plugin {
  name: string;
  version: string;
  npm: string;
  /** Where official builds are published when that is not Pulumi's own place. */
  server?: string;
}

export const plugins: readonly Plugin[] = [
  {
    name: "proxmoxve",
    version: "8.6.0",
    npm: "@muhlba91/pulumi-proxmoxve",
    server: "github://api.github.com/muhlba91/pulumi-proxmoxve",
  },
  { name: "docker", version: "5.2.0", npm: "@pulumi/docker" },
  { name: "command", version: "1.2.1", npm: "@pulumi/command" },
];

/** Oldest Go that compiles the module, and the one that is brought where there is none. */
export const oldestGo = "1.26.0";
export const broughtGo = "1.26.7";
