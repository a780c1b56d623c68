/** Files of the machine that Pulumi runs on. They are named in the environment, and nowhere in the state. */

/**
 * Environment variable with the path of the private key. OpenSSH reads it itself, so that no text that is
 * kept anywhere names a file of this machine.
 */
export const KEY_FILE_VARIABLE = "HOMELAB_SSH_KEY_FILE";

/**
 * Environment variable with the path of a PEM file: the CA that signed the API's certificate. Where it is not
 * set, the CAs that this machine knows have to do.
 */
export const CA_FILE_VARIABLE = "HOMELAB_PROXMOX_CA_FILE";
