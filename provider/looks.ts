import { LOOKS_VARIABLE } from "../lib/stack/machineFiles";

/** False where a preview is told to ask neither the Proxmox API nor a CT. */
export const looksAreOn = (): boolean => process.env[LOOKS_VARIABLE] !== "none";
