import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strangersCode } from "../../../../cli/ci/fork";
import { stackPreview } from "../../../../cli/ci/stackPreview";

const OWN = { repository: { full_name: "me/lab" } };
const pull = (repo: object | null) => ({ ...OWN, pull_request: { head: { repo } } });
const run = (head_repository: object | null) => ({ ...OWN, workflow_run: { head_repository } });

describe("a CI's word on whose code runs", () => {
  let folder = "";
  before(() => (folder = mkdtempSync(join(tmpdir(), "fork-"))));
  after(() => rmSync(folder, { recursive: true }));

  /** What a workflow on GitHub is told. */
  function gitHub(name: string, event: unknown): Record<string, string> {
    const file = join(folder, "event.json");
    writeFileSync(file, typeof event === "string" ? event : JSON.stringify(event));
    return { GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: file };
  }

  const events: [title: string, name: string, event: unknown, refused: RegExp | undefined][] = [
    ["a push", "push", OWN, undefined],
    ["a call by hand", "workflow_dispatch", OWN, undefined],
    ["a pull request of its own", "pull_request", pull({ full_name: "me/lab" }), undefined],
    ["a fork's", "pull_request", pull({ full_name: "you/lab" }), /code of you\/lab/],
    ["a fork's, on the target", "pull_request_target", pull({ full_name: "you/lab" }), /you\/lab/],
    ["a fork's that was deleted", "pull_request", pull(null), /that it does not name/],
    ["a review of a fork's", "pull_request_review", pull({ full_name: "you/lab" }), /you\/lab/],
    ["an event without its pull request", "pull_request", OWN, /that it does not name/],
    ["a run of its own", "workflow_run", run({ full_name: "me/lab" }), undefined],
    ["a run for a fork", "workflow_run", run({ full_name: "you/lab" }), /you\/lab/],
    ["a run for a fork that was deleted", "workflow_run", run(null), /that it does not name/],
    ["a comment", "issue_comment", { ...OWN, issue: {} }, undefined],
    [
      "a comment on a pull request",
      "issue_comment",
      { ...OWN, issue: { pull_request: {} } },
      /whose/,
    ],
    ["an event that is no JSON", "push", "{", /cannot be read/],
    ["an event that is nothing", "push", "null", /cannot be read/],
  ];
  for (const [title, name, event, refused] of events) {
    it(`GitHub: ${title} is ${refused ? "refused" : "let pass"}`, () => {
      const reason = strangersCode(gitHub(name, event));
      if (refused) assert.match(reason ?? "let pass", refused);
      else assert.equal(reason, undefined);
    });
  }

  const merge = { GITLAB_CI: "true", CI_PIPELINE_SOURCE: "merge_request_event" };
  const own = { CI_MERGE_REQUEST_PROJECT_ID: "7", CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "7" };
  const variables: [title: string, outer: Record<string, string>, refused: boolean][] = [
    ["no CI", {}, false],
    ["GitHub without its event", { GITHUB_ACTIONS: "true" }, true],
    ["GitLab, a branch", { GITLAB_CI: "true", CI_PIPELINE_SOURCE: "push" }, false],
    ["GitLab, its own", { ...merge, ...own }, false],
    ["GitLab, a fork", { ...merge, ...own, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "8" }, true],
    ["GitLab, of no project", merge, true],
    ["GitLab, a job of a parent", { GITLAB_CI: "true", CI_MERGE_REQUEST_IID: "3" }, true],
    ["Azure, its own", { SYSTEM_PULLREQUEST_ISFORK: "False" }, false],
    ["Azure, a fork", { SYSTEM_PULLREQUEST_ISFORK: "True" }, true],
    ["CircleCI, a fork", { CIRCLE_PR_REPONAME: "lab" }, true],
    ["Jenkins, a fork", { CHANGE_FORK: "you" }, true],
    ["Buildkite, its own", { BUILDKITE_PULL_REQUEST_REPO: "a", BUILDKITE_REPO: "a" }, false],
    ["Buildkite, a fork", { BUILDKITE_PULL_REQUEST_REPO: "b", BUILDKITE_REPO: "a" }, true],
    ["Buildkite, no pull request", { BUILDKITE_PULL_REQUEST_REPO: "", BUILDKITE_REPO: "a" }, false],
  ];
  for (const [title, outer, refused] of variables) {
    it(`${title} is ${refused ? "refused" : "let pass"}`, () => {
      assert.equal(strangersCode(outer) !== undefined, refused);
    });
  }

  it("keeps a fork from a real stack before anything is read", async () => {
    const outer = gitHub("pull_request", pull({ full_name: "you/lab" }));
    const context = { stack: "home", options: {}, paths: { root: folder } } as never;
    await assert.rejects(stackPreview(context, outer), (error: Error) => {
      assert.match(
        error.message,
        /^stack "home": is not previewed with a stranger's code.*you\/lab/,
      );
      assert.match(error.message, /on an embedded node, with --base and without --stack$/);
      return true;
    });
  });
});
