"""Documents: what every source and template yields.

A document is a list of segments `[text, learn]`. `learn` is 1 for words that the model should say and 0 for the rest
(prompts, tools, tool results). The text is what the chat template in `../chat-template.jinja` renders, control tokens
included, so that training and serving see the same tokens.
"""

import json
from typing import NamedTuple


class Turn(NamedTuple):
    """One message. `calls` holds (tool name, arguments) pairs of an assistant."""

    role: str
    text: str
    calls: tuple = ()


def to_json(value):
    return json.dumps(value, ensure_ascii=False)


def system_text(tools, system):
    if tools:
        head = system + '\n' if system else ''
        return head + 'Tools:\n<tools>' + ''.join('\n' + to_json(tool) for tool in tools) + '\n</tools>'
    return system


def conversation(turns, tools=None, system=None):
    """The document of a conversation; only the assistant's words are learned."""
    segments = []
    if (text := system_text(tools, system)) is not None:
        segments.append([f'<|im_start|>system\n{text}<|im_end|>\n', 0])
    for turn in turns:
        if turn.role == 'assistant':
            body = turn.text
            for name, arguments in turn.calls:
                body += '<tool_call>\n{"name": "' + name + '", "arguments": ' + to_json(arguments) + '}\n</tool_call>'
            segments += [['<|im_start|>assistant\n', 0], [body + '<|im_end|>', 1], ['\n', 0]]
        elif turn.role == 'tool':
            segments.append([f'<|im_start|>tool\n<tool_response>\n{turn.text}\n</tool_response><|im_end|>\n', 0])
        else:
            segments.append([f'<|im_start|>{turn.role}\n{turn.text}<|im_end|>\n', 0])
    return segments


def exchange(question, answer, system=None):
    """The document of one question and its answer."""
    return conversation([Turn('user', question.strip()), Turn('assistant', answer.strip())], system=system)


def write(path, documents):
    """Writes documents as lines of JSON and returns (documents, characters)."""
    count = characters = 0
    with open(path, 'w', encoding='utf-8') as file:
        for document in documents:
            file.write(to_json(document) + '\n')
            count += 1
            characters += sum(len(text) for text, _ in document)
    return count, characters
