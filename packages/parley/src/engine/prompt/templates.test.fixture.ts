/** Test support: chat templates in the style of several model families, written for these tests. */

export const CHATML_TOOLS = `
{%- if tools %}
  {{- '<|im_start|>system\\n' }}
  {%- if messages[0].role == 'system' %}{{- messages[0].content + '\\n' }}{%- endif %}
  {{- 'Tools:\\n<tools>' }}
  {%- for tool in tools %}{{- '\\n' + (tool.function | tojson) }}{%- endfor %}
  {{- '\\n</tools><|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
  {%- if not (tools and loop.first and message.role == 'system') %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content }}
    {%- for call in message.tool_calls or [] %}
      {{- '\\n<tool_call>' + (call.function.arguments | tojson) + '</tool_call>' }}
    {%- endfor %}
    {{- '<|im_end|>\\n' }}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}
{%- if enable_thinking is defined and not enable_thinking %}{{- '<think></think>' }}{%- endif %}`;

export const HEADERS = `
{{- bos_token }}
{%- for m in messages %}
  {{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' + m['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}
{{- 'Today is ' + strftime_now('%d %B %Y') if show_date is defined }}`;

export const INSTRUCTIONS = `
{{- bos_token }}
{%- for m in messages %}
  {%- if (m.role == 'user') != (loop.index0 % 2 == 0) %}
    {{- raise_exception('Roles must alternate user/assistant') }}
  {%- endif %}
  {%- if m.role == 'user' %}{{- '[INST] ' + m.content + ' [/INST]' }}
  {%- else %}{{- ' ' + m.content + eos_token }}{%- endif %}
{%- endfor %}`;

export const PARTS = `
{%- for message in messages -%}
  {%- if message.content is string -%}{{ message.content }}
  {%- else -%}{%- for part in message.content -%}({{ part.text }}){%- endfor -%}{%- endif -%}
{%- endfor -%}`;

export const ENDLESS = '{% for i in range(10**9) %}{% endfor %}';
export const NESTED_LOOPS =
  '{% set r = range(9999) %}{% for a in r %}{% for b in r %}{% for c in r %}{% endfor %}{% endfor %}{% endfor %}';
export const MANY_STEPS =
  '{% set r = range(999) %}{% for a in r %}{% for b in r %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}';
export const RECURSIVE = '{% macro dive(x) %}{{ self_(x) }}{% endmacro %}{% set self_ = dive %}{{ dive(1) }}';
export const LIST_EATER =
  '{% set ns = namespace(s=[]) %}{% for i in range(100000) %}{% set ns.s = ns.s + [ns.s] %}{% endfor %}';
export const LIST_DOUBLER =
  '{% set ns = namespace(s=[1,2]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}';
export const TEXT_DOUBLER =
  "{% set ns = namespace(s='xx') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s | upper }}";

/** As gpt-oss: one call a turn, results belong to the call before them, reasoning is shown before calls only. */
export const HARMONY = `
{%- set ns = namespace(first=0, call=none) %}
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
    {{- '<|start|>assistant<|channel|>final<|message|>' + message.content + '<|end|>' }}
  {%- elif message.role == 'tool' %}
    {{- '<|start|>functions.' + ns.call.name + ' to=assistant<|channel|>commentary<|message|>' }}
    {{- (message.content | tojson) + '<|end|>' }}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start|>assistant' }}{%- endif %}`;
