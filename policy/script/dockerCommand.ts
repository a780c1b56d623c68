import type { Call } from "./types";
import type { Shell } from "./types";
import { outcome, type Outcome } from "./values";

const LOOKS =
  /^(info|version|ps|inspect|images|logs|stats|top|port|diff|history|events|search|wait|import|load|pull)$/;
const GROUPS = /^(image|container|network|volume|system|builder)$/;
const HARMLESS = /^(ls|list|inspect|df|info|pull|history)$/;

/** The Docker of an app node; undefined for other programs. What a script runs in it is declared nowhere. */
export function docker(call: Call, shell: Shell): Outcome | undefined {
  const { name, args } = call;
  let { text } = call;
  if (
    /^(docker-compose|podman|ctr|nerdctl|runc|crun|containerd|dockerd|buildah|skopeo|buildctl)$/.test(
      name,
    )
  ) {
    shell.host.fault("docker", text, "it runs or builds containers that are declared nowhere");
    return outcome();
  }
  if (name !== "docker") return undefined;
  const [verb = "", ...rest] = args;
  const isLook = LOOKS.test(verb) || /^(rmi|tag|logout)$/.test(verb);
  if (/^(image|builder)$/.test(verb) && /^(rm|prune)$/.test(rest[0] ?? "")) return outcome();
  if (isLook || (GROUPS.test(verb) && HARMLESS.test(rest[0] ?? ""))) return outcome();
  if (/^(rm|stop|restart)$/.test(verb) && !rest.some((one) => /^web$|\$\(|^-a/.test(one)))
    return outcome();
  // Its words may be a password.
  if (verb === "login") text = "docker login";
  if (verb === "run" && isConfined(rest)) return outcome();
  shell.host.dockerRuns.push(args);
  shell.host.fault("docker", text, "containers and networks are declared as resources of Docker");
  return outcome();
}

/** A container that has neither network nor mounts, and is gone afterwards. */
function isConfined(args: string[]): boolean {
  const options = args.slice(
    0,
    args.findIndex((arg, i) => !arg.startsWith("-") && args[i - 1] !== "--network"),
  );
  const has = (...words: string[]) => args.join(" ").includes(words.join(" "));
  const isKnown = options.every((arg) =>
    /^(--rm|--network(=none)?|none|-i|--interactive|--read-only|--network)$/.test(arg),
  );
  return isKnown && args.includes("--rm") && (has("--network", "none") || has("--network=none"));
}
