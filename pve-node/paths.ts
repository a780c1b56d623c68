import { join } from "node:path";

/** Every file of the node, below one root, so that tests run against a temporary directory. */
export interface NodePaths {
  root: string;
  /** `/etc/pve` */
  pve: string;
  priv: string;
  /** `/etc/pve/nodes/<node>` */
  nodeDir: string;
  /** `/etc/pve/nodes/<node>/lxc`: one `<vmid>.conf` per CT. */
  lxcDir: string;
  userCfg: string;
  tokenCfg: string;
  /** Password hashes of the realm `pve`. */
  shadowCfg: string;
  /** Password hash of root@pam: what /etc/shadow is on a node with PAM. */
  pamShadow: string;
  rootPassword: string;
  storageCfg: string;
  datacenterCfg: string;
  authKey: string;
  authKeyPub: string;
  csrfKey: string;
  caCert: string;
  caKey: string;
  sslCert: string;
  sslKey: string;
  interfaces: string;
  interfacesNew: string;
  resolvConf: string;
  /** There while the package cache can ask nobody; `./lab` writes it. */
  packageOffline: string;
  taskDir: string;
  accessLog: string;
  /** Where the default storage `local` keeps its volumes. */
  localStorage: string;
  /** `/run/lock`-like directory for locks between processes. */
  lockDir: string;
  /** How the node misbehaves on purpose; see NodeFaults. */
  faults: string;
  /** Absolute path on this machine of a path as the node sees it. */
  at(path: string): string;
}

/** The node's files below `root`; `/` is the node itself. */
export function nodePaths(node: string, root = "/"): NodePaths {
  const at = (path: string) => join(root, path);
  const priv = at("/etc/pve/priv");
  const nodeDir = at(`/etc/pve/nodes/${node}`);
  return {
    root,
    at,
    pve: at("/etc/pve"),
    priv,
    nodeDir,
    lxcDir: join(nodeDir, "lxc"),
    userCfg: at("/etc/pve/user.cfg"),
    tokenCfg: join(priv, "token.cfg"),
    shadowCfg: join(priv, "shadow.cfg"),
    pamShadow: join(priv, "pam-shadow.cfg"),
    rootPassword: join(priv, "lab-root-password"),
    storageCfg: at("/etc/pve/storage.cfg"),
    datacenterCfg: at("/etc/pve/datacenter.cfg"),
    authKey: join(priv, "authkey.key"),
    authKeyPub: at("/etc/pve/authkey.pub"),
    csrfKey: at("/etc/pve/pve-www.key"),
    caCert: at("/etc/pve/pve-root-ca.pem"),
    caKey: join(priv, "pve-root-ca.key"),
    sslCert: join(nodeDir, "pve-ssl.pem"),
    sslKey: join(nodeDir, "pve-ssl.key"),
    interfaces: at("/etc/network/interfaces"),
    interfacesNew: at("/etc/network/interfaces.new"),
    resolvConf: at("/etc/resolv.conf"),
    packageOffline: at("/var/lib/pve-node/package-offline"),
    taskDir: at("/var/log/pve/tasks"),
    accessLog: at("/var/log/pveproxy/access.log"),
    localStorage: at("/var/lib/vz"),
    lockDir: at("/run/lock/pve-node"),
    faults: at("/run/pve-node-faults.json"),
  };
}
