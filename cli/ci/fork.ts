import { readFileSync } from "node:fs";

type Environment = Record<string, string | undefined>;

/**
 * Why a CI's job may run a stranger's code; undefined where it runs code of the repository itself, or there is no CI.
 * What cannot be told counts as a stranger's.
 *
 * The variables are those that GitHub Actions (and Gitea's and Forgejo's), GitLab CI, Azure Pipelines, CircleCI,
 * Jenkins and Buildkite document.
 */
export function strangersCode(outer: Environment): string | undefined {
  return [gitHub, gitLab, others].map((ask) => ask(outer)).find((reason) => reason !== undefined);
}

/** The parts of an event's payload that say whose code it is about. */
interface Event {
  repository?: { full_name?: string };
  pull_request?: { head?: { repo?: { full_name?: string } | null } };
  workflow_run?: { head_repository?: { full_name?: string } | null };
  issue?: { pull_request?: object };
}

function gitHub({ GITHUB_ACTIONS, GITHUB_EVENT_NAME: name, ...outer }: Environment) {
  if (GITHUB_ACTIONS !== "true" && name === undefined) return undefined;
  const event = eventOf(outer.GITHUB_EVENT_PATH);
  if (event === undefined) return "the event of the GitHub workflow cannot be read";
  const { pull_request: pull, workflow_run: run, issue } = event;
  // A comment on a pull request, whose head the event does not name.
  if (issue?.pull_request) return `the event ${name} does not say whose code it is about`;
  const isAbout =
    pull !== undefined || run !== undefined || /^(pull_request|workflow_run)/.test(name ?? "");
  if (!isAbout) return undefined;
  const own = event.repository?.full_name ?? outer.GITHUB_REPOSITORY;
  const head = (pull ? pull.head?.repo : run?.head_repository)?.full_name;
  if (head !== undefined && head === own) return undefined;
  return `the event ${name} is about code of ${head ?? "a repository that it does not name"}`;
}

function eventOf(path: string | undefined): Event | undefined {
  try {
    const event: unknown = JSON.parse(readFileSync(path ?? "", "utf8"));
    return typeof event === "object" && event !== null ? event : undefined;
  } catch {
    return undefined;
  }
}

function gitLab(outer: Environment): string | undefined {
  const isMerge =
    outer.CI_PIPELINE_SOURCE === "merge_request_event" || outer.CI_MERGE_REQUEST_IID !== undefined;
  if (outer.GITLAB_CI !== "true" && !isMerge) return undefined;
  const source = outer.CI_MERGE_REQUEST_SOURCE_PROJECT_ID;
  const target = outer.CI_MERGE_REQUEST_PROJECT_ID;
  if (!isMerge || (source !== undefined && source === target)) return undefined;
  return `the merge request is about code of project ${source ?? "that it does not name"}`;
}

function others(outer: Environment): string | undefined {
  const { SYSTEM_PULLREQUEST_ISFORK, CIRCLE_PR_REPONAME, CHANGE_FORK } = outer;
  const { BUILDKITE_PULL_REQUEST_REPO: pull, BUILDKITE_REPO } = outer;
  const forks: [isFork: boolean, what: string][] = [
    [/^true$/i.test(SYSTEM_PULLREQUEST_ISFORK ?? ""), "SYSTEM_PULLREQUEST_ISFORK is set"],
    [Boolean(CIRCLE_PR_REPONAME), `CIRCLE_PR_REPONAME is ${CIRCLE_PR_REPONAME}`],
    [Boolean(CHANGE_FORK), `CHANGE_FORK is ${CHANGE_FORK}`],
    [Boolean(pull) && pull !== BUILDKITE_REPO, `BUILDKITE_PULL_REQUEST_REPO is ${pull}`],
  ];
  return forks.find(([isFork]) => isFork)?.[1];
}
