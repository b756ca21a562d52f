/** The part of pino that the gateway uses. Prompts and keys are never handed to it. */
export interface GatewayLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
