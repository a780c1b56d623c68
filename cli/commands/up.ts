import { apiAccess, nodeAccess, type PulumiSession, requireOutputs } from "../access/session";
import { isHealthy, type LabStatus, readStatus, troubles } from "../access/status";
import { type Command, type CommandContext, yesOption } from "../core/command";
import { withLabLock } from "../core/lock";
import { waitFor } from "../core/waitFor";
import { prepareStack } from "../stack/prepare";
import { runEngine } from "../stack/runEngine";

const healthySeconds = 120;

export const command: Command = {
  usage: "up [--yes]",
  description:
    "Builds and starts everything: prerequisites, Pulumi's toolchain, the embedded Proxmox node\n" +
    "(the region), then the stack with its policy pack. Waits until every target is healthy and\n" +
    "prints the URL. A second run changes only what is missing; a run that was cut off is\n" +
    "completed by the next one.",
  options: { yes: { ...yesOption, help: "install missing packages without asking" } },
  run: (context) => withLabLock(context.paths, "up", () => up(context)),
};

async function up(context: CommandContext): Promise<number> {
  const { paths, progress } = context;
  const session = await prepareStack(context);
  const changes = await progress.step("Stack: VPC, RDS, EC2 instances, ALB", (note) =>
    runEngine({
      paths,
      verb: "up",
      args: [],
      pulumi: session.toolchain.pulumi,
      env: session.env,
      note,
    }),
  );
  progress.info(`  ${changes}`);
  const status = await waitUntilHealthy(context, session);
  for (const line of closingWords(status)) context.print(line);
  return 0;
}

async function waitUntilHealthy(
  context: CommandContext,
  { node }: PulumiSession,
): Promise<LabStatus & { statsUrl: string }> {
  const outputs = await requireOutputs(context);
  const ssh = await nodeAccess(context);
  const api = await apiAccess(context);
  return context.progress.step("Health checks of every target", (note) =>
    waitFor<LabStatus & { statsUrl: string }>({
      what: "targets healthy",
      seconds: healthySeconds,
      note,
      look: async () => {
        const status = await readStatus({ outputs, ssh, api, embedded: node });
        return isHealthy(status)
          ? { value: { ...status, statsUrl: outputs.statsUrl } }
          : { seen: troubles(status) };
      },
    }),
  );
}

function closingWords(status: LabStatus & { statsUrl: string }): string[] {
  const names = status.targets.map(({ name }) => name);
  return [
    "",
    `The load balancer answers at  ${status.localUrl ?? status.url}`,
    ...(status.localUrl ? [`               on the LAN at  ${status.url}`] : []),
    `          its statistics at  ${status.statsUrl}`,
    "   (user stats, password: ./lab pulumi -- stack output statsPassword --show-secrets)",
    "",
    "Try next:",
    `  ./lab verify                                     ${names.join(", ")} take turns`,
    "  ./lab status                                     what the load balancer sees",
    `  ./lab exec ${names[0]} -- docker stop web              one target goes; look again`,
    `  ./lab exec ${names[0]} -- docker start web             and it comes back`,
  ];
}
