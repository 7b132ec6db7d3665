/** The door of what is made for programs that ask: read APIs, and their description. */

export { apiRoutes, type ApiRoute } from "./routes.ts";
