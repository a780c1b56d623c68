import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { Ct } from "./ct";

export interface CtCommandArgs {
  ct: Ct;
  /** An idempotent script: it is run again when it changes, and in a CT made anew. */
  script: pulumi.Input<string>;
  /**
   * Text for the script's standard input; the place for secrets.
   *
   * @default - nothing
   */
  stdin?: pulumi.Input<string>;
  /**
   * Values besides the script whose change runs it again.
   *
   * @default - none
   */
  triggers?: pulumi.Input<unknown>[];
  /**
   * It installs packages: with `nat: provisioning` the CT's way out is opened for it.
   *
   * @default false
   */
  installs?: boolean;
  /** @default - the CT is reachable */
  dependsOn?: pulumi.Resource[];
  /** @default - none */
  aliases?: pulumi.Alias[];
}

/**
 * A script inside a CT. It has no `delete`: what it leaves behind lives in the CT and goes with it. Without
 * `update`, `create` runs for changes too (@pulumi/command), so the state has the script once less.
 */
export function ctCommand(
  name: string,
  args: CtCommandArgs,
  parent: pulumi.Resource,
): command.remote.Command {
  const { ct, aliases } = args;
  const triggers = [ct.incarnation, ...(args.triggers ?? [])];
  const dependsOn = [ct.ready, ...(args.dependsOn ?? [])];
  const inside = { parent, dependsOn, deletedWith: ct.ct };
  const egress = args.installs ? ct.site.network.egress : undefined;
  const opened = egress?.open(name, ct.address, [args.script, ...triggers], inside);
  return new command.remote.Command(
    name,
    {
      connection: ct.access.connection,
      create: args.script,
      stdin: args.stdin,
      // Installers talk a lot on their standard output; what a command waits for stands on the other.
      logging: command.types.enums.remote.Logging.Stderr,
      triggers,
    },
    { ...inside, aliases, dependsOn: opened ? [...dependsOn, opened] : dependsOn },
  );
}
