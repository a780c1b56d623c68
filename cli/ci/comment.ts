import { readFileSync } from "node:fs";
import { readReport } from "./checkReport";
import { type GitHub, gitHub } from "./github";
import { MARKER, renderMarkdown } from "./markdown";
import { REPORT_FILE } from "./outcome";
import { fileOfZip } from "./zip";

/** Name of the artifact that the preview's workflow makes. */
const ARTIFACT = "preview-report";
const MOST_PACKED_BYTES = 2 * 1024 ** 2;
const MOST_BYTES = 8 * 1024 ** 2;
/** A pull request with more comments than this gets another one of ours. */
const MOST_PAGES = 20;
const PAGE = 100;

/** The part of a `workflow_run` event that is used. GitHub makes it, not the pull request. */
interface WorkflowRun {
  id: number;
  event: string;
  head_sha: string;
  head_branch: string;
  head_repository: { owner: { login: string } };
}

/**
 * Writes a preview's report as a comment on its pull request, or brings the comment up to date.
 *
 * @returns what was done, for the log
 * @throws Error when the environment is none of a `workflow_run`, or the report is not as it must be
 */
export async function comment(environment: Record<string, string | undefined>): Promise<string> {
  const need = (name: string) => {
    const value = environment[name];
    if (value) return value;
    throw new Error(`${name}: is not set; run this in a workflow on workflow_run`);
  };
  const repository = need("GITHUB_REPOSITORY");
  const run = readRun(need("GITHUB_EVENT_PATH"));
  if (run.event !== "pull_request") return `nothing to do: the run was for ${run.event}`;
  const api = gitHub(need("GITHUB_API_URL"), need("GITHUB_TOKEN"));
  const number = await pullRequestOf(api, repository, run);
  if (number === undefined)
    return "nothing to do: its pull request is closed, or has other commits";
  const link = `${need("GITHUB_SERVER_URL")}/${repository}/actions/runs/${run.id}`;
  const body = `${await markdownOf(api, repository, run)}\n<sub>[The run](${link})</sub>\n`;
  return upsert(api, repository, number, body);
}

function readRun(file: string): WorkflowRun {
  const { workflow_run: run } = JSON.parse(readFileSync(file, "utf8")) as {
    workflow_run?: WorkflowRun;
  };
  if (run === undefined) throw new Error(`${file}: is the event of no workflow_run`);
  return run;
}

/** The open pull request whose newest commit the run was for; a fork's run does not name it. */
async function pullRequestOf(
  api: GitHub,
  repository: string,
  run: WorkflowRun,
): Promise<number | undefined> {
  const head = encodeURIComponent(`${run.head_repository.owner.login}:${run.head_branch}`);
  const pulls = await api.get<{ number: number; head: { sha: string } }[]>(
    `/repos/${repository}/pulls?state=open&head=${head}&per_page=${PAGE}`,
  );
  return pulls.find(({ head: { sha } }) => sha === run.head_sha)?.number;
}

/** What cannot be read is said, and never shown. */
async function markdownOf(api: GitHub, repository: string, run: WorkflowRun): Promise<string> {
  const { artifacts } = await api.get<{
    artifacts: { id: number; name: string; size_in_bytes: number }[];
  }>(`/repos/${repository}/actions/runs/${run.id}/artifacts?name=${ARTIFACT}&per_page=1`);
  const [found] = artifacts.filter(({ name }) => name === ARTIFACT);
  const failed = (why: string) => `${MARKER}\n\n## ❌ Preview: ${why}\n`;
  if (!found) return failed("it could not be made; the run says why");
  if (found.size_in_bytes > MOST_PACKED_BYTES) return failed("its report is too large");
  const path = `/repos/${repository}/actions/artifacts/${found.id}/zip`;
  const archive = await api.download(path, MOST_PACKED_BYTES);
  try {
    return renderMarkdown(readReport(fileOfZip(archive, REPORT_FILE, MOST_BYTES).toString("utf8")));
  } catch {
    return failed("its report is not as this repository makes it");
  }
}

async function upsert(
  api: GitHub,
  repository: string,
  number: number,
  body: string,
): Promise<string> {
  const comments = `/repos/${repository}/issues/${number}/comments`;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const all = await api.get<{ id: number; body?: string; user?: { type: string } }[]>(
      `${comments}?per_page=${PAGE}&page=${page}`,
    );
    // Anybody may write our marker; only a bot's comment is ours to change.
    const own = all.find((one) => one.user?.type === "Bot" && one.body?.startsWith(MARKER));
    if (own) {
      await api.send("PATCH", `/repos/${repository}/issues/comments/${own.id}`, { body });
      return `pull request ${number}: the comment is brought up to date`;
    }
    if (all.length < PAGE) break;
  }
  await api.send("POST", comments, { body });
  return `pull request ${number}: a comment is written`;
}
