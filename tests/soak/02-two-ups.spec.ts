import { soakClone } from "../support/soak";
import { twoUps } from "../trials/twoUps";

twoUps(soakClone());
