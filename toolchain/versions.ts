/** What the program needs; a test keeps these equal to package.json and go.mod. */
export const pulumiVersion = "3.253.0";

/** SHA-256 of an official archive for Linux, by architecture as Node.js names it. */
export type Sums = Partial<Record<string, string>>;

/**
 * Sums of `pulumi-v<version>-linux-<arch>.tar.gz`. A sum that came with the archive would prove nothing:
 * whoever changes the one changes the other. `npx tsx toolchain/pin.ts` prints all sums of a version.
 */
export const pulumiSums: Sums = {
  x64: "33161e521280e6c77395a46344dba5ff9c118a90df254801e662087143b4d1ac",
  arm64: "7d7074d67a76139226c163b2365f14fbd45d8e2251362a2e10dc4602b3b577ea",
};

/** A provider plugin. Its version must be exactly that of the npm package: Pulumi looks for it. */
export interface Plugin {
  name: string;
  version: string;
  npm: string;
  /** Where official builds are published when that is not Pulumi's own place. */
  server?: string;
  /** Sums of the official archives. A plugin without a sum is not downloaded: it is built from checked sources. */
  sums?: Sums;
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
