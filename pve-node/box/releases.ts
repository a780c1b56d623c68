/** The releases that a node can be started as; for the command line, which knows the box alone. */
export { DEFAULT_RELEASE, pveReleases, type PveRelease } from "../version";
