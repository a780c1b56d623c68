import { pullRequests } from "../trials/pullRequests";

pullRequests();
