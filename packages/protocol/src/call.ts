import Type from 'typebox';
import { ResponseFormat, StructuredOutputs } from './format.ts';
import { JsonObject, map, NonEmptyString, optional } from './parameter.ts';

/** How the call is made, told apart and served: shared by chat and by the legacy completions. */
export const CallParameters = {
  model: optional(
    Type.String({ minLength: 1 }),
    'Id or alias of the model. Absent: the default model of the server.',
  ),
  stream: optional(Type.Boolean(), 'Whether the answer comes in pieces, as server-sent events.', {
    default: false,
  }),
  stream_options: optional(
    Type.Object({
      include_usage: optional(
        Type.Boolean(),
        'Whether a last chunk without choices carries `usage`; true makes it null on every other chunk.',
      ),
      continuous_usage_stats: optional(Type.Boolean(), 'Whether every chunk carries `usage` so far.', {
        default: false,
      }),
      include_obfuscation: optional(
        Type.Boolean(),
        'Whether chunks carry random padding in `obfuscation`, which hides the length of tokens.',
      ),
    }),
    'Options of a stream; only with `stream: true`.',
  ),
  user: optional(Type.String(), "Id of the caller's end user."),
  service_tier: optional(
    Type.Enum(['auto', 'default', 'flex', 'priority']),
    'How urgent the call is; the answer names the tier that was used.',
    { default: 'auto' },
  ),
  priority: optional(
    Type.Integer(),
    'Place in the queue: lower is earlier; calls of one priority are served in order of arrival.',
    { default: 0 },
  ),
  request_id: optional(
    Type.String({ pattern: '^[!-~]{1,256}$' }),
    'Id of the call: 1 to 256 visible ASCII characters. It becomes the id of the answer. Absent: a random UUID.',
  ),
  cache_salt: optional(
    NonEmptyString,
    'Only calls with the same salt share cached prompts. Make it secret and random.',
  ),
  add_special_tokens: optional(
    Type.Boolean(),
    "Whether the tokenizer adds its own control tokens to the prompt on top of the template's. Chat false, text true.",
  ),
  structured_outputs: optional(
    StructuredOutputs,
    'What form the answer must have, by exactly one of json, regex, choice, grammar, json_object, structural_tag.',
  ),
  response_format: optional(ResponseFormat, 'What form the answer must have.', { default: { type: 'text' } }),
  kv_transfer_params: optional(
    JsonObject,
    'Where the key-value cache comes from or goes to, between servers.',
  ),
  vllm_xargs: optional(
    map(Type.Union([Type.String(), Type.Number(), Type.Array(Type.Union([Type.String(), Type.Number()]))])),
    'Arguments for extensions of the server.',
  ),
  parley: optional(
    Type.Object({
      report: optional(
        Type.Boolean(),
        'Whether the answer lists in `parley.parameters` what was not taken literally.',
        {
          default: false,
        },
      ),
      unsupported: optional(
        Type.Enum(['strict', 'report']),
        'What becomes of a parameter that the model does not honour, and of a number that is out of range. ' +
          '`strict`: a 400. `report`: it is left out, or brought into range, and listed in `parley.parameters`. ' +
          'Default: `strict`, unless the operator chose otherwise.',
      ),
      cache: optional(
        Type.Integer({ minimum: 0, maximum: 30 * 86_400 }),
        'For how many seconds the answer is kept for equal requests, and how old one that answers this request may be. ' +
          '0: neither is done. Default: as the operator chose for the model, which is 0 unless said otherwise.',
      ),
    }),
    'Options of this server.',
  ),
};
