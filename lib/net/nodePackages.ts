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
