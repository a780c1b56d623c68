import { needsOf } from "../../lib/preflight/needs";
import { notAccepted, silence } from "../../lib/preflight/messages";
import { type Needs, nodeProblems } from "../../lib/preflight/preflightRules";
import { guestsOf } from "../../lib/stack/guests";
import type { Settings } from "../../lib/stack/settings";
import type { CommandContext } from "../core/command";
import { type ApiAccess, ApiError } from "../lab/api";
import { apiAccess, nodeAccess, type PulumiSession } from "../lab/session";
import { findingLine } from "../prerequisites";
import { type Finding, ok } from "../prerequisites/findings";
import { followUp } from "../stack/followUp";
import { stackSettings } from "../stack/settings";
import { stackState } from "../stack/readState";
import { resourcesOf } from "../stack/stackState";
import { finding, judgeNode, judgePrivileges, judgeVersion } from "./judgeApi";
import { judgeHost } from "./judgeHost";
import { type ApiFacts, readApiFacts, readHostFacts } from "./nodeFacts";

/** Looks at the Proxmox node of a stack: everything that `up` would only meet half way. Changes nothing. */
export async function stackFindings(
  context: CommandContext,
  session: PulumiSession,
): Promise<Finding[]> {
  const settings = await stackSettings(context, session);
  const before = preflightNeeds(await stackState(context, session));
  const isNew = before === undefined;
  const api = await lookAtApi(context, settings, before);
  const storageType = api.facts?.storages.find(
    ({ storage }) => storage === settings.proxmox.storage,
  )?.type;
  const host = await lookAtHost(context, settings, { storageType, isNew });
  return [...api.findings, ...host];
}

/**
 * The same before `up`: it ends here, with nothing made, when something is an error.
 *
 * @throws with every error
 */
export async function refuseWhatWouldFail(
  context: CommandContext,
  session: PulumiSession,
): Promise<void> {
  const { progress, stack } = context;
  const findings = await progress.step("Proxmox node: looked at before anything is made", () =>
    stackFindings(context, session),
  );
  for (const finding of findings) {
    if (finding.level === "warning") progress.warn(findingLine(finding).slice(2));
  }
  const errors = findings.filter(({ level }) => level === "error");
  if (errors.length === 0) return;
  const list = errors.map((finding) => `  ${findingLine(finding)}`).join("\n");
  throw new Error(
    `stack "${stack}": nothing was made, for it would fail:\n${list}\n` +
      `all findings: ${followUp(stack, "doctor")}`,
  );
}

/** What the stack's last run needed, from its state. */
function preflightNeeds(state: Parameters<typeof resourcesOf>[0]): Needs | undefined {
  const preflight = resourcesOf(state).find(({ type }) => /:Preflight$/.test(type));
  return preflight?.outputs?.needs as Needs | undefined;
}

async function lookAtApi(
  context: CommandContext,
  settings: Settings,
  before: Needs | undefined,
): Promise<{ findings: Finding[]; facts?: ApiFacts }> {
  const { access } = await apiAccess(context);
  try {
    const facts = await readApiFacts(access, settings);
    const { nodeName } = settings.proxmox;
    const needs = needsOf(settings, guestsOf(settings));
    // Everything else is asked of the node. A token that sees no node at all lacks privileges.
    const noNode = facts.nodes.length > 0 ? nodeProblems(facts.nodes, needs) : [];
    if (noNode.length > 0) return { findings: noNode.map((text) => finding("error", text)), facts };
    const findings = [
      ok("API", access.apiUrl),
      judgeVersion(facts.version),
      ...judgePrivileges(facts.held, nodeName, access.tokenId),
    ];
    // What a token without rights does not see would be told as missing.
    const blind = findings.some(({ level }) => level === "error");
    return {
      findings: blind ? findings : [...findings, ...judgeNode(facts, needs, before)],
      facts,
    };
  } catch (error) {
    return { findings: [apiFailure(access, error)] };
  }
}

/** In the words of the program's own preflight, which says the same in plain `pulumi up`. */
function apiFailure(access: ApiAccess, error: unknown): Finding {
  const { apiUrl: endpoint, caFile = "", tokenId, tokenSecret } = access;
  if (error instanceof ApiError) {
    const { status, reason, message } = error;
    if (status === 401) {
      return finding(
        "error",
        notAccepted({ endpoint, token: `${tokenId}=${tokenSecret}` }, reason),
      );
    }
    const remedy = status < 590 ? "" : "look at its daemons: systemctl status pveproxy pvedaemon";
    return { subject: "API", level: "error", found: message, remedy };
  }
  const { cause } = error as { cause?: NodeJS.ErrnoException };
  if (cause) return finding("error", silence({ endpoint, caFile }, cause));
  return { subject: "API", level: "error", found: (error as Error).message, remedy: "" };
}

async function lookAtHost(
  context: CommandContext,
  settings: Settings,
  more: { storageType?: string; isNew: boolean },
): Promise<Finding[]> {
  const { host, port } = settings.ssh;
  try {
    const facts = await readHostFacts(await nodeAccess(context), settings.loadBalancer.lanAddress);
    return judgeHost(facts, { settings, now: Math.floor(Date.now() / 1000), ...more });
  } catch (error) {
    const { message } = error as Error;
    const where = `${settings.ssh.user}@${host}${port === 22 ? "" : `, port ${port}`}`;
    const remedy = /Host key verification failed/.test(message)
      ? "it is another machine, or has a new key: set sshHostKey only after a look at the node itself"
      : `let the stack's key log in there: ./lab init ${context.stack}`;
    return [{ subject: "SSH", level: "error", found: `${where}: ${message}`, remedy }];
  }
}
