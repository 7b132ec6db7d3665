/** The door of what is made for programs that ask: read APIs, and their description. */

export { apiRoutes, type ApiRoute } from "./routes.ts";
export { openApiDocument } from "./openapi/document.ts";
export { postmanCollection } from "./postman/collection.ts";
