/** Where an app node keeps the files that its container may read: password, certificate, faults. */
export const SERVICE_FILES = "/etc/homelab/web";
/** The user of the service's image; numeric, for the image has no user database of the CT. */
export const SERVICE_USER = "10001:10001";
