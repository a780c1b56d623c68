import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { Container } from "./ct";

export interface CtCommandArgs {
  container: Container;
  /** An idempotent script: it is run again when it changes, and in a CT made anew. */
  script: string;
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
  dependsOn?: pulumi.Resource[];
}

/**
 * A script inside a CT. It has no `delete`: what it leaves behind lives in the CT and goes with it.
 * `update` keeps a changed trigger from replacing the resource.
 */
export function ctCommand(
  name: string,
  args: CtCommandArgs,
  parent: pulumi.Resource,
): command.remote.Command {
  const { container } = args;
  const triggers = [container.incarnation, ...(args.triggers ?? [])];
  const dependsOn = [container.ready, ...(args.dependsOn ?? [])];
  const inside = { parent, dependsOn, deletedWith: container.ct };
  const way = args.installs
    ? container.egress?.open(name, container.address, [args.script, ...triggers], inside)
    : undefined;
  return new command.remote.Command(
    name,
    {
      connection: container.access.connection,
      create: args.script,
      update: args.script,
      stdin: args.stdin,
      // Installers talk a lot; what matters of a failure is in the error itself.
      logging: command.types.enums.remote.Logging.None,
      triggers,
    },
    { ...inside, dependsOn: way ? [...dependsOn, way] : dependsOn },
  );
}
