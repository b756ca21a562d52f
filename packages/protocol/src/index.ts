export * from './chat.ts';
export * from './completion.ts';
export * from './completion-response.ts';
export * from './content.ts';
export * from './error-schema.ts';
export * from './errors.ts';
export * from './format.ts';
export type { Unsupported } from './lenient.ts';
export * from './message.ts';
export * from './models.ts';
export { type OpenApiDocument, type OpenApiOptions, openApi } from './openapi.ts';
export * from './parameters.ts';
export {
  type Parsed,
  type ParseOptions,
  parseChatCompletion,
  parseCompletion,
  parseDetokenize,
  parseStoredUpdate,
  parseTokenize,
  seedToUint64,
} from './parse.ts';
export { checkProfile } from './profiles/check.ts';
export { profileErrorBody, profileErrorChunk } from './profiles/error-body.ts';
export type { Fields, Profile, ProfileEndpoint } from './profiles/profile.ts';
export { PROFILES } from './profiles/profiles.ts';
export { shapeFields } from './profiles/shape.ts';
export * from './response.ts';
export {
  FinishReason,
  Logprobs,
  PromptLogprobs,
  ReportEntry,
  TimeInfo,
  TokenLogprob,
  TopLogprob,
  Usage,
} from './response-fields.ts';
export * from './roles.ts';
export { ROUTES, type Route, type RouteParameter } from './routes.ts';
export * from './sse.ts';
export * from './stored.ts';
export * from './stored-metadata.ts';
export * from './stored-query.ts';
export { SURFACE_NAMES, type SurfaceName } from './surface-names.ts';
export * from './tokenize.ts';
export * from './tools.ts';
