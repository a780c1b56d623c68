import { soakClone } from "../support/soak";
import { guidedLab } from "../trials/guidedLab";

guidedLab(soakClone());
