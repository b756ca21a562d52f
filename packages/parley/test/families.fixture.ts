/** Test support: chat templates in the style of several model families, written for these tests. */

/** Qwen3: thinks unless it is told not to; reasoning of earlier turns is left out. */
export const QWEN3 = `
{%- if tools %}
  {{- '<|im_start|>system\\n' }}
  {%- if messages[0].role == 'system' %}{{- messages[0].content + '\\n\\n' }}{%- endif %}
  {{- 'Tools:\\n<tools>' }}
  {%- for tool in tools %}{{- '\\n' + (tool | tojson) }}{%- endfor %}
  {{- '\\n</tools>\\n<tool_call>\\n{"name": <function-name>, "arguments": <args-json-object>}\\n</tool_call><|im_end|>\\n' }}
{%- elif messages[0].role == 'system' %}{{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}{%- endif %}
{%- set ns = namespace(last=0) %}
{%- for message in messages %}{%- if message.role == 'user' %}{%- set ns.last = loop.index0 %}{%- endif %}{%- endfor %}
{%- for message in messages %}
  {%- if message.role == 'user' or (message.role == 'system' and not loop.first) %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
  {%- elif message.role == 'assistant' %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if message.reasoning_content and (loop.index0 > ns.last or not clear_thinking | default(true)) %}
      {{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}
    {%- endif %}
    {{- message.content }}
    {%- for call in message.tool_calls or [] %}
      {{- '\\n<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' }}
      {{- call.function.arguments if call.function.arguments is string else (call.function.arguments | tojson) }}
      {{- '}\\n</tool_call>' }}
    {%- endfor %}
    {{- '<|im_end|>\\n' }}
  {%- elif message.role == 'tool' %}
    {{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' }}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- '<|im_start|>assistant\\n' }}
  {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}
{%- endif %}`;

/** Llama 3.1: one call a turn, as bare JSON. */
export const LLAMA = `
{%- if messages[0]['role'] == 'system' %}
  {%- set system = messages[0]['content'] | trim %}{%- set messages = messages[1:] %}
{%- else %}{%- set system = '' %}{%- endif %}
{{- '<|start_header_id|>system<|end_header_id|>\\n\\n' }}
{%- if tools %}
  {{- 'Respond with {"name": function name, "parameters": dictionary of argument name and its value}.\\n' }}
  {%- for t in tools %}{{- t | tojson }}{{- '\\n' }}{%- endfor %}
{%- endif %}
{{- system + '<|eot_id|>' }}
{%- for message in messages %}
  {%- if 'tool_calls' in message %}
    {%- if message.tool_calls | length != 1 %}{{- raise_exception('One tool call at once!') }}{%- endif %}
    {%- set call = message.tool_calls[0].function %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n{"name": "' + call.name + '", "parameters": ' + (call.arguments | tojson) + '}<|eot_id|>' }}
  {%- elif message.role == 'tool' or message.role == 'ipython' %}
    {{- '<|start_header_id|>ipython<|end_header_id|>\\n\\n' }}
    {{- message.content | tojson if message.content is mapping or message.content is iterable and message.content is not string else message.content }}
    {{- '<|eot_id|>' }}
  {%- else %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}`;

/** Mistral: turns alternate, calls have ids of nine letters. */
export const MISTRAL = `
{%- if messages[0].role == 'system' %}{%- set system = messages[0].content %}{%- set messages = messages[1:] %}{%- endif %}
{%- set ns = namespace(turn=0) %}
{%- for m in messages %}
  {%- if m.role == 'user' or (m.role == 'assistant' and not m.tool_calls) %}
    {%- if (m.role == 'user') != (ns.turn % 2 == 0) %}{{- raise_exception('Roles must alternate user and assistant!') }}{%- endif %}
    {%- set ns.turn = ns.turn + 1 %}
  {%- endif %}
{%- endfor %}
{%- for m in messages %}
  {%- if m.role == 'user' %}
    {%- if tools and loop.last %}
      {{- '[AVAILABLE_TOOLS] [' }}{%- for t in tools %}{{- t | tojson + (', ' if not loop.last else '') }}{%- endfor %}{{- '][/AVAILABLE_TOOLS]' }}
    {%- endif %}
    {{- '[INST] ' + (system + '\\n\\n' if system is defined and loop.last else '') + m.content + '[/INST]' }}
  {%- elif m.tool_calls %}
    {{- '[TOOL_CALLS] [' }}
    {%- for call in m.tool_calls %}
      {%- if call.id is not defined or call.id | length != 9 %}{{- raise_exception('Tool call IDs should be alphanumeric strings with length 9!') }}{%- endif %}
      {{- '{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) + ', "id": "' + call.id + '"}' + (', ' if not loop.last else ']') }}
    {%- endfor %}
  {%- elif m.role == 'assistant' %}{{- ' ' + m.content | trim + '</s>' }}
  {%- elif m.role == 'tool' %}{{- '[TOOL_RESULTS] {"content": ' + m.content | string + ', "call_id": "' + m.tool_call_id + '"}[/TOOL_RESULTS]' }}
  {%- else %}{{- raise_exception('Only user and assistant roles are supported!') }}{%- endif %}
{%- endfor %}`;

/** DeepSeek V3.1: the prompt opens or closes the block of thinking itself. */
export const DEEPSEEK = `
{%- set thinking = thinking | default(false) %}
{%- for m in messages %}{%- if m.role == 'system' %}{{- m.content }}{%- endif %}{%- endfor %}
{%- if tools %}{{- '\\n## Tools\\n' }}{%- for t in tools %}{{- t.function | tojson }}{{- '\\n' }}{%- endfor %}{%- endif %}
{%- for m in messages %}
  {%- if m.role == 'user' %}{{- '<｜User｜>' + m.content }}
  {%- elif m.role == 'assistant' %}
    {%- if not (loop.index0 > 0 and messages[loop.index0 - 1].role == 'tool') %}{{- '<｜Assistant｜></think>' }}{%- endif %}
    {{- m.content }}
    {%- if m.tool_calls %}
      {{- '<｜tool▁calls▁begin｜>' }}
      {%- for call in m.tool_calls %}
        {{- '<｜tool▁call▁begin｜>' + call.function.name + '<｜tool▁sep｜>' + (call.function.arguments | tojson) + '<｜tool▁call▁end｜>' }}
      {%- endfor %}
      {{- '<｜tool▁calls▁end｜>' }}
    {%- endif %}
    {{- '<｜end▁of▁sentence｜>' }}
  {%- elif m.role == 'tool' %}{{- '<｜tool▁output▁begin｜>' + m.content + '<｜tool▁output▁end｜>' }}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt and messages[-1].role != 'tool' %}
  {{- '<｜Assistant｜>' + ('<think>' if thinking else '</think>') }}
{%- endif %}`;

/** gpt-oss: one call a turn, results belong to the call before them. */
export const HARMONY = `
{%- set ns = namespace(first=0, call=none) %}
{{- '<|start|>system<|message|>Reasoning: ' + (reasoning_effort | default('medium')) + '<|end|>' }}
{%- if messages[0].role in ['system', 'developer'] %}
  {%- set ns.first = 1 %}
  {{- '<|start|>developer<|message|># Instructions\\n\\n' + messages[0].content + '<|end|>' }}
{%- endif %}
{%- if tools %}{{- '# Tools ' + (tools | tojson) }}{%- endif %}
{%- for message in messages[ns.first:] %}
  {%- if message.role == 'user' %}{{- '<|start|>user<|message|>' + message.content + '<|end|>' }}
  {%- elif message.role == 'assistant' and message.tool_calls %}
    {%- if message.content and message.thinking %}{{- raise_exception('Cannot pass both') }}{%- endif %}
    {%- if message.content or message.thinking %}
      {{- '<|start|>assistant<|channel|>analysis<|message|>' + (message.content or message.thinking) + '<|end|>' }}
    {%- endif %}
    {%- set ns.call = message.tool_calls[0].function %}
    {{- '<|start|>assistant to=functions.' + ns.call.name + '<|channel|>commentary json<|message|>' }}
    {{- (ns.call.arguments | tojson) + '<|call|>' }}
  {%- elif message.role == 'assistant' %}
    {%- if message.thinking and loop.last %}
      {{- '<|start|>assistant<|channel|>analysis<|message|>' + message.thinking + '<|end|>' }}
    {%- endif %}
    {{- '<|start|>assistant<|channel|>final<|message|>' + message.content + '<|end|>' }}
  {%- elif message.role == 'tool' %}
    {{- '<|start|>functions.' + ns.call.name + ' to=assistant<|channel|>commentary<|message|>' }}
    {{- (message.content | tojson) + '<|end|>' }}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start|>assistant' }}{%- endif %}`;

/** Knows only contents that are lists of parts. */
export const PARTS = `
{%- for message in messages %}
  {{- '<|im_start|>' + message.role + '\\n' }}
  {%- for part in message.content %}{%- if part.type == 'text' %}{{- part.text }}{%- endif %}{%- endfor %}
  {{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}`;

/** The prompt opens the block of thinking, and nothing in it can be turned off. */
export const THINKER = `
{%- if tools %}{{- '<|im_start|>system\\nTools:\\n<tools>' }}{%- for tool in tools %}{{- '\\n' + (tool.function | tojson) }}{%- endfor %}{{- '\\n</tools><|im_end|>\\n' }}{%- endif %}
{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n<think>\\n' }}{%- endif %}`;

/** Harmony of which the prompt begins a thought, and that knows no effort. */
export const HARMONY_THINKER = `
{%- if tools %}{{- '# Tools ' + (tools | tojson) }}{%- endif %}
{%- for message in messages %}{{- '<|start|>' + message.role + '<|message|>' + message.content + '<|end|>' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start|>assistant<|channel|>analysis<|message|>' }}{%- endif %}`;

/** Shows every role, with names, reasoning and tools. */
export const ROLES = `
{%- for tool in tools or [] %}{{- '<' + (tool.function | tojson) + '>' }}{%- endfor %}
{%- for message in messages %}
  {{- '[' + message.role + (':' + message.name if message.name else '') + ']' }}
  {%- if message.reasoning %}{{- '<' + message.reasoning + '>' }}{%- endif %}
  {{- message.content }}
{%- endfor %}`;
