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

/**
 * Environment variable that says `none` where a preview asks neither the Proxmox API nor a CT: for machines that do
 * not reach them. What a look would have found is then taken to be as it was. `./lab up` looks in any case.
 */
export const LOOKS_VARIABLE = "HOMELAB_LOOKS";
