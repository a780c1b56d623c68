import { originOf, partsOf } from "../../toolchain/parts";
import { placesOf } from "../../toolchain/places";
import { policyFindings } from "../doctor/policyFindings";
import { stackFindings } from "../doctor/stackFindings";
import { apiAccess, nodeAccess, openPulumi, requireNode, requireOutputs } from "../lab/session";
import { readStatus, troubles } from "../status/labStatus";
import { describeTemplateNews, readTemplateNews } from "../status/templates";
import { type Command, type CommandContext, jsonOption } from "../core/command";
import { missingAbilities } from "../../pve-node/box";
import { abilities } from "../../pve-node/box/abilities";
import { findingLine } from "../prerequisites";
import { checkMachine } from "../prerequisites/checks";
import { type Finding, ok } from "../prerequisites/findings";
import { followUp } from "../stack/followUp";
import { stackState } from "../stack/readState";
import { resourcesOf } from "../stack/stackState";
import { devStack } from "../stack/workingCopy";

export const command: Command = {
  usage: "doctor [--json]",
  description:
    "Checks the machine, the embedded node and the stack; each finding comes with its remedy. Of a\n" +
    "stack for your own Proxmox VE it checks that node: version, each privilege of the token,\n" +
    "storage, template, bridges, addresses, kernel, SSH. `up` does the same before it makes anything.\n" +
    "What is up is judged by the policy pack, as by ./lab policy.\n" +
    "Exit status 1 when one is an error.",
  options: { json: jsonOption },
  async run(context) {
    const findings = [
      ...(context.stack === devStack ? await checkMachine(context.paths) : []),
      ...(context.stack === devStack ? await checkAbilities(context) : []),
      ...(context.stack === devStack ? [] : await checkProxmox(context)),
      ...(await checkLab(context)),
      ...(await policyFindings(context)),
    ];
    if (context.json) context.print(JSON.stringify({ findings }, undefined, 2));
    else for (const finding of findings) context.print(findingLine(finding));
    return findings.some(({ level }) => level === "error") ? 1 : 0;
  },
};

/** What the kernel and Docker let the node do, each tried for real where there is an image to try it in. */
async function checkAbilities({ paths }: CommandContext): Promise<Finding[]> {
  const subject = "abilities";
  try {
    const missing = await missingAbilities(paths);
    if (!missing) return [];
    if (missing.length === 0) return [ok(subject, abilities.map(({ name }) => name).join(", "))];
    return missing.map(({ ability, said }) => ({
      subject,
      level: "error",
      found: `${ability.name}: missing, got ${said || "a failure"}`,
      why: `needed for ${ability.use}`,
      remedy: ability.remedy,
    }));
  } catch (error) {
    // Docker itself may be what is missing; its own finding says more.
    return [{ subject, level: "warning", found: (error as Error).message, remedy: "" }];
  }
}

/** The node of a stack for a real Proxmox VE; `up` looks at the same before it makes anything. */
async function checkProxmox(context: CommandContext): Promise<Finding[]> {
  try {
    return await stackFindings(context, await openPulumi(context));
  } catch (error) {
    return [{ subject: "Proxmox", level: "error", found: (error as Error).message, remedy: "" }];
  }
}

/** From the ground up; what stands on something missing is not looked at. */
async function checkLab(context: CommandContext): Promise<Finding[]> {
  const findings: Finding[] = [];
  const look = async (subject: string, work: () => Promise<Finding>) => {
    try {
      findings.push(await work());
    } catch (error) {
      // The message says what to do as well, and often begins with the subject.
      const { message } = error as Error;
      const found = message.startsWith(`${subject}: `)
        ? message.slice(subject.length + 2)
        : message;
      findings.push({ subject, level: "error", found, remedy: "" });
    }
    return findings.at(-1)!.level !== "error";
  };
  const embedded = context.stack === devStack;
  if (embedded && !(await look("embedded node", () => checkNode(context)))) {
    return findings;
  }
  await look("toolchain", () => Promise.resolve(checkToolchain(context)));
  await look("stack", async () => {
    if (!embedded && !(await hasResources(context))) {
      return ok("stack", `nothing is up yet; ${followUp(context.stack, "up")} builds it`);
    }
    const status = await readStatus({
      outputs: await requireOutputs(context),
      ssh: await nodeAccess(context),
      api: await apiAccess(context),
    });
    const trouble = troubles(status);
    if (!trouble)
      return ok("stack", `${status.targets.length} targets healthy, database available`);
    return {
      subject: "stack",
      level: "error",
      found: trouble,
      remedy: `see ${followUp(context.stack, "status")}`,
    };
  });
  if (
    findings.some(({ subject, found }) => subject === "stack" && found.startsWith("nothing is up"))
  )
    return findings;
  await look("templates", async () => {
    const news = await readTemplateNews(context);
    const found = describeTemplateNews(news, context.stack);
    if (!found) return ok("templates", `every CT was made from ${news.template}`);
    return { subject: "templates", level: "warning", found, remedy: "" };
  });
  return findings;
}

async function hasResources(context: CommandContext): Promise<boolean> {
  const state = await stackState(context, await openPulumi(context));
  return resourcesOf(state).some(({ type }) => type !== "pulumi:pulumi:Stack");
}

async function checkNode(context: CommandContext): Promise<Finding> {
  const node = await requireNode(context);
  return ok("embedded node", `${node.node} at ${node.apiUrl}`);
}

/** Looks only; `ensureToolchain` would bring what is missing. */
function checkToolchain({ paths }: CommandContext): Finding {
  const places = placesOf(paths);
  const parts = partsOf(places).map((part) => ({ ...part, origin: originOf(places, part) }));
  const missing = parts.filter(({ origin }) => origin === undefined);
  if (missing.length > 0) {
    const names = missing.map(({ name, version }) => `${name} ${version}`);
    throw new Error(`missing: ${names.join(", ")}; ./lab up brings them`);
  }
  const said = parts.map(({ name, version, origin }) => `${name} ${version} (${origin})`);
  return ok("toolchain", said.join(", "));
}
