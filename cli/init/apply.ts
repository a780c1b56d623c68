import type { CommandContext } from "../core/command";
import { type ApiAccess, callApi } from "../lab/api";
import type { Answers } from "./answers";
import { addKeyScript, ensureKeyPair } from "./authorizedKey";
import type { NodeFacts } from "./facts";
import { stackFolder } from "../stack/stackFolder";
import { type Journal, writeJournal } from "./journal";
import { type LoginArgs, openRootShell, type RootShell } from "./login";
import { removeTokenCommand, type Step, tokenCommand, userOf } from "./rights";
import { type StackFiles, writeCa } from "./stackFiles";

/** All that is to be done, decided before any of it. */
export interface Plan {
  login: LoginArgs;
  apiUrl: string;
  /** PEM of the API's CA. @default - one that this machine knows */
  ca?: string;
  facts: NodeFacts;
  answers: Answers;
  rights: Step[];
  /** Token of the environment, `user@realm!name=secret`: the user has made rights of his own. */
  ownToken?: string;
}

/** Does it; each thing is in the journal before it is made, so that all of it can be taken back. */
export async function apply(
  context: CommandContext,
  shell: RootShell,
  files: StackFiles,
  plan: Plan,
  journal: Journal,
): Promise<void> {
  const { paths, progress, stack } = context;
  const keep = () => writeJournal(paths, stack, journal);
  keep();
  const { key } = stackFolder(paths, stack);
  await progress.step("SSH key of the stack, for root of the node", async () => {
    const line = await ensureKeyPair(key, stack);
    journal.authorizedKey = line;
    keep();
    await shell.run("let the stack's key log in", addKeyScript(line));
    // Its sshd may read keys from elsewhere; what follows would only say that it was refused.
    const proof = await openRootShell({ ...plan.login, keyFile: key });
    await proof[Symbol.asyncDispose]();
  });
  writeCa(context, plan.ca);
  const { download } = plan.answers;
  if (download) {
    await progress.step(`CT template (${download.split(" ").at(-1)})`, () =>
      shell.run("download the CT template", download),
    );
  }
  if (!plan.ownToken) {
    await progress.step("Role, user and rights on Proxmox", async () => {
      for (const { title, command, undo } of plan.rights) {
        if (!journal.made.some((made) => made.undo === undo)) journal.made.push({ title, undo });
        keep();
        await shell.run(`make ${title}`, command);
      }
    });
  }
  await progress.step("Stack and its configuration", async () => {
    if (!(await files.exists())) {
      journal.madeStack = true;
      keep();
      await files.make();
    }
    await files.set({
      ...plan.answers.values,
      proxmoxEndpoint: plan.apiUrl,
      sshHost: plan.login.host,
      sshHostKey: plan.login.hostKey,
      ...(plan.login.port === 22 ? {} : { sshPort: String(plan.login.port) }),
    });
  });
  await progress.step("API token", () => ensureToken(context, shell, files, plan, journal));
}

/** The stored token where it still works; else a new one, and only then the old one goes. */
async function ensureToken(
  context: CommandContext,
  shell: RootShell,
  files: StackFiles,
  plan: Plan,
  journal: Journal,
): Promise<void> {
  const { paths, stack } = context;
  if (plan.ownToken) {
    await proveToken(context, plan, plan.ownToken);
    await files.setSecret("proxmoxApiToken", plan.ownToken);
    return;
  }
  const stored = await files.secret("proxmoxApiToken");
  if (stored && (await works(context, plan, stored))) return;
  const former = journal.token;
  const name = former === undefined ? "pulumi" : nextName(former);
  journal.token = name;
  writeJournal(paths, stack, journal);
  const text = await shell.run("make the API token", tokenCommand(stack, name));
  const { value } = JSON.parse(text) as { value: string };
  const token = `${userOf(stack)}!${name}=${value}`;
  await proveToken(context, plan, token);
  await files.setSecret("proxmoxApiToken", token);
  if (former) {
    await shell.run("remove the former token", `${removeTokenCommand(stack, former)} || true`);
  }
}

const nextName = (name: string) => `pulumi-${Number(/-(\d+)$/.exec(name)?.[1] ?? 1) + 1}`;

function accessOf(context: CommandContext, plan: Plan, token: string): ApiAccess {
  const at = token.indexOf("=");
  return {
    apiUrl: plan.apiUrl,
    caFile: plan.ca === undefined ? undefined : stackFolder(context.paths, context.stack).ca,
    tokenId: token.slice(0, at),
    tokenSecret: token.slice(at + 1),
  };
}

async function proveToken(context: CommandContext, plan: Plan, token: string): Promise<void> {
  await callApi(accessOf(context, plan, token), "GET", `/nodes/${plan.facts.node}/status`);
}

const works = (context: CommandContext, plan: Plan, token: string) =>
  proveToken(context, plan, token).then(
    () => true,
    () => false,
  );
