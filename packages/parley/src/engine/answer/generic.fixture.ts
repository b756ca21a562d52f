import type { FormatSuite } from './conformance.fixture.ts';
import { generic } from './generic.ts';
import { hermesSuite } from './hermes.fixture.ts';

export const genericSuite: FormatSuite = {
  format: generic,
  template:
    '{% for message in messages %}{{ message.content }}{% endfor %}{% if tools %}{{ tools | tojson }}{% endif %}',
  marks: hermesSuite.marks,
  opening: hermesSuite.opening,
  cases: [
    ...hermesSuite.cases,
    {
      name: 'an object alone',
      output: ' {"name": "get_weather", "parameters": {"city": "Paris"}}\n',
      parts: [{ call: 'get_weather', arguments: '{"city": "Paris"}' }],
      taken: 'neither',
    },
    {
      name: 'a list in a fence',
      output:
        '```json\n[\n  {"name": "now", "arguments": {}},\n  {"name": "add", "arguments": {"a": 1, "b": 2}}\n]\n```\nDone.',
      parts: [
        { call: 'now', arguments: '{}' },
        { call: 'add', arguments: '{"a": 1, "b": 2}' },
        { text: '\nDone.' },
      ],
      taken: 'neither',
    },
    {
      name: 'other JSON',
      output: '```json\n[{"name": "Ada", "arguments": {}}]\n```',
      parts: [{ text: '```json\n[{"name": "Ada", "arguments": {}}]\n```' }],
    },
  ],
};
