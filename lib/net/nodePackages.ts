/** The program's folder on the Proxmox node. */
export const NODE_FOLDER = "/etc/homelab";

/** Packages that the program has installed on the node, a line each; it never removes one. */
export const NODE_PACKAGES = `${NODE_FOLDER}/packages-installed`;

/**
 * Commands that install a package on the Proxmox node where its program is missing, with package lists as they
 * are, and anew where they are too old or not there. They fail when the package cannot be had.
 */
export function installOnNode(program: string, name: string): string {
  const install = `apt-get install -qq -y --no-install-recommends ${name} >/dev/null`;
  return `if ! command -v ${program} >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  ${install} 2>&1 || { apt-get update -qq && ${install}; }
  mkdir -p ${NODE_FOLDER}
  echo ${name} >> ${NODE_PACKAGES}
fi`;
}

/** A command that prints the list, empty where nothing was installed. */
export const listNodePackages = `cat ${NODE_PACKAGES} 2>/dev/null || true`;

/**
 * What stays on the node after the last stack is gone, and how it is removed, as sentences for a reader.
 *
 * @param list what `listNodePackages` printed
 * @returns undefined when the program has installed nothing
 */
export function packagesThatStay(list: string): string | undefined {
  const names = [...new Set(list.split("\n").map((line) => line.trim()))].filter((name) => name);
  if (names.length === 0) return undefined;
  // Its service was masked before it was installed; see nodeFlowLog.ts.
  const unmask = names.includes("ulogd2-json") ? " && systemctl unmask ulogd2.service" : "";
  return (
    `The Proxmox node keeps packages that this program installed there: ${names.join(", ")}. ` +
    "Where nothing else needs them, remove them on the node with: " +
    `apt-get purge ${names.join(" ")}${unmask} && rm -f ${NODE_PACKAGES}`
  );
}
