import { soakClone } from "../support/soak";
import { awsTools } from "../trials/awsTools";

awsTools(soakClone());
