import { apiAccess, nodeAccess, type PulumiSession, requireOutputs } from "../lab/session";
import { describeRunTime, readRunTime, type RunTimeState } from "../status/runTime";
import { isHealthy, type LabStatus, readStatus, troubles } from "../status/labStatus";
import { allowOutageOption, type Command, type CommandContext, yesOption } from "../core/command";
import { refuseWhatWouldFail } from "../doctor/stackFindings";
import { followUp } from "../stack/followUp";
import { withLabLock } from "../../system/labLock";
import { elapsed } from "../../system/progress";
import { waitFor } from "../../system/waitFor";
import { bringUp } from "../stack/bringUp";
import type { StackOutputs } from "../stack/outputs";
import { prepareStack } from "../stack/prepare";
import { unfinishedTargets } from "../stack/roll";
import { devState } from "../stack/stackState";
import { keepFormerState } from "../stack/upgrade";
import { devStack } from "../stack/workingCopy";

const healthySeconds = 120;

export const command: Command = {
  usage: "up [--allow-outage] [--yes]",
  description:
    "Builds and starts everything: prerequisites, Pulumi's toolchain, the embedded Proxmox node\n" +
    "(the region), then the stack with its policy pack. Waits until every target is healthy, but\n" +
    "for those drained or broken on purpose, and prints the URL. A second run changes only what\n" +
    "is missing; a run that was cut off is completed by the next one. App nodes are changed one at\n" +
    "a time: drained, changed, checked, put back. It ends at the first that does not get healthy,\n" +
    "and takes none out while another one does not serve.",
  options: {
    "allow-outage": allowOutageOption,
    yes: { ...yesOption, help: "install missing packages without asking" },
  },
  run: (context) => withLabLock(context.paths, "up", () => up(context)),
};

/** A status with where the load balancer's own statistics are. */
type UpStatus = LabStatus &
  Pick<StackOutputs, "statsUrl" | "statsUser"> & { runTime: RunTimeState[] };

async function up(context: CommandContext): Promise<number> {
  const from = Date.now();
  const { progress } = context;
  // Read before the leftovers of a command that was killed are cleared.
  const cutOff = unfinishedTargets(devState(context) ?? { deployment: {} });
  const session = await prepareStack(context);
  if (context.stack !== devStack) await refuseWhatWouldFail(context, session);
  const former = await keepFormerState(context, session);
  if (former) progress.info(`  upgrade: a copy of the former state is in ${former}`);
  const changes = await bringUp(context, session, {
    title: "Stack: VPC, RDS, EC2 instances, ALB",
    allowOutage: context.options["allow-outage"] === true,
    first: cutOff,
  });
  progress.info(`  ${changes}`);
  const status = await waitUntilHealthy(context, session);
  progress.info(`  ready after ${elapsed(Date.now() - from)}`);
  if (context.json) context.print(JSON.stringify({ changes, ...status }));
  else for (const line of closingWords(status, context.stack)) context.print(line);
  return 0;
}

async function waitUntilHealthy(
  context: CommandContext,
  { node }: PulumiSession,
): Promise<UpStatus> {
  const outputs = await requireOutputs(context);
  const { statsUrl, statsUser } = outputs;
  const ssh = await nodeAccess(context);
  const api = await apiAccess(context);
  return context.progress.step("Health checks of every target", (note) =>
    waitFor<UpStatus>({
      what: "targets healthy",
      seconds: healthySeconds,
      note,
      look: async () => {
        const status = await readStatus({ outputs, ssh, api, embedded: node });
        if (isHealthy(status)) return { value: { ...status, statsUrl, statsUser, runTime: [] } };
        // What somebody drained or broke on purpose stays so; its owner undoes it.
        const runTime = await readRunTime(ssh, outputs, context.stack);
        const heldOut = runTime.map(({ target }) => target);
        return isHealthy(status, heldOut)
          ? { value: { ...status, statsUrl, statsUser, runTime } }
          : { seen: troubles(status, heldOut) };
      },
    }),
  );
}

function closingWords(status: UpStatus, stack: string): string[] {
  const names = status.targets.map(({ name }) => name);
  const [first] = names;
  const next: [string, string][] = [
    ["verify", `${names.join(", ")} take turns`],
    ["status", "each target as the load balancer sees it"],
    [`exec ${first} -- docker stop web`, "one target goes: verify and status again"],
    [`exec ${first} -- docker start web`, "and it comes back"],
    ["check", "the guided lab, chapter by chapter: docs/lab"],
    ["help", "the rest"],
  ];
  const follow = next.map(([words, what]) => [followUp(stack, words), what] as const);
  const width = Math.max(...follow.map(([command]) => command.length));
  return [
    ...describeRunTime(status.runTime),
    "",
    `Load balancer  ${status.localUrl ?? status.url}`,
    ...(status.localUrl ? [`  on the LAN   ${status.url}`] : []),
    `  its stats    ${status.statsUrl}  user ${status.statsUser}, password:`,
    `               ${followUp(stack, "pulumi -- stack output statsPassword --show-secrets")}`,
    `  metrics      ${status.statsUrl}metrics  the same user; docs/operations.md has a curl`,
    "",
    "Try next",
    ...follow.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`),
  ];
}
