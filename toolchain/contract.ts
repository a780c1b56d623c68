/** What the CLI needs to run Pulumi; made by `toolchain/`. */
export interface Toolchain {
  /** Absolute path of the `pulumi` executable. */
  pulumi: string;
  /** `PULUMI_HOME`, `PATH` (ours first) and what else the CLI must see. */
  env: Record<string, string>;
  /** Versions and where they come from, for `./lab doctor` and `./lab --version`. */
  parts: { name: string; version: string; origin: "official" | "built here" }[];
}
