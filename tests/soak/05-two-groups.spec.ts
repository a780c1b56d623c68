import { soakClone } from "../support/soak";
import { twoGroups } from "../trials/twoGroups";

twoGroups(soakClone());
