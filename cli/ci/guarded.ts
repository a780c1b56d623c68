/** Files that decide what a check finds; a change to one of them needs a label of its own. */

/** Why changes to some files are not like others. */
export interface GuardedGroup {
  title: string;
  files: string[];
}

const GROUPS: readonly { title: string; pattern: RegExp }[] = [
  { title: "policies and their severities", pattern: /^policy\// },
  {
    title: "renderers that the policies compare with",
    pattern: /^lib\/(config|ct|docker|haproxy|net|postgres|security|shell|ssh)\//,
  },
  {
    title: "workflows and this preview itself",
    pattern:
      /^(\.github\/|\.ci\/|action\.ya?ml$|\.gitlab-ci\.yml$|lab$|cli\/(ci\/|commands\/ci\.ts$|core\/|main\.ts$|lab\/|stack\/)|system\/)/,
  },
  {
    title: "what is downloaded and run",
    pattern: /^(package(-lock)?\.json$|\.npmrc$|toolchain\/)|\/Dockerfile$|Dockerfile$/,
  },
];

/** The changed files that are guarded, by group. */
export function guardedFiles(changed: readonly string[]): GuardedGroup[] {
  return GROUPS.map(({ title, pattern }) => ({
    title,
    files: changed.filter((file) => pattern.test(file)),
  })).filter(({ files }) => files.length > 0);
}
