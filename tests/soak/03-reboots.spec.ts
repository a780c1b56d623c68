import { repeats, soakClone } from "../support/soak";
import { reboots } from "../trials/reboots";

reboots(soakClone(), repeats);
