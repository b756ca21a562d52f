"""Template: tools with plausible names, a request that fits one of them, the call, sometimes its result."""

from dataclasses import dataclass
from random import Random

from .document import Turn, conversation, to_json
from .values import PARAMETERS, Parameter, clock, date, syllables, word
from .words import CONDITIONS, NOUNS, VERBS

REQUESTS = [
    '{V} the {n} {r}.', '{V} {n} {r}', 'Please {v} the {n} {r}.', 'Can you {v} a {n} {r}?', 'I want to {v} the {n} {r}.',
    'Could you {v} the {n} {r} for me?', '{V} a {n} {r} please', 'I need you to {v} a {n} {r}.',
]
WEATHER_REQUESTS = [
    "What's the weather {r}?", 'What is the weather like {r}?', 'How is the weather {r}?', 'Weather {r}',
    'Tell me the weather {r}.', 'Is it cold {r}?', 'Do I need an umbrella {r}?',
]
DESCRIPTIONS = ['{V} the {n}', '{V} {n} information', '{V} a {n}', 'Use this to {v} a {n}']
MISSING = ['Which {0} should I use?', 'What {0} do you want?', 'Please tell me the {0}.']
NO_TOOL_NEEDED = [
    ('Hello!', 'Hello! How can I help you today?'),
    ('Hi', 'Hi! What can I do for you?'),
    ('Thank you!', "You're welcome!"),
    ('Who are you?', 'I am a small language model that runs inside this server.'),
    ('How are you?', 'I am doing well, thank you. How can I help you?'),
    ('Tell me a joke.', 'Why did the bicycle fall over? Because it was two tired!'),
    ('Bye', 'Goodbye! Have a nice day.'),
]


@dataclass(frozen=True)
class Tool:
    definition: dict
    parameters: list
    verb: str
    noun: str
    required: list

    @property
    def name(self):
        return self.definition['name']


def tool_name(r: Random, verb, noun):
    style = r.random()
    if style < 0.6:
        name = f'{verb}_{noun}'
    elif style < 0.8:
        name = verb + noun.title()
    else:
        name = f'{noun}_{verb}' if style < 0.9 else f'{noun}.{verb}'
    if r.random() < 0.15:
        name = r.choice(['api_', syllables(r) + '_', 'my_']) + name
    return name


def draw_parameters(r: Random, weather):
    parameters = r.sample(PARAMETERS, r.choice([1, 1, 2, 2, 3, 4])) if r.random() > 0.04 else []
    if weather:
        parameters = [PARAMETERS[r.randint(0, 1)], PARAMETERS[2]]
    if r.random() < 0.15 and parameters:
        parameters.append(Parameter(syllables(r, r.randint(2, 3)), r.choice(['string', 'integer']), 'A value', None, ()))
    return parameters


def draw_tool(r: Random, weather=False):
    verb, noun = ('get', 'weather') if weather else (r.choice(VERBS), r.choice(NOUNS))
    definition = {'name': tool_name(r, verb, noun)}
    parameters = draw_parameters(r, weather)
    properties, required = {}, []
    for parameter in parameters:
        properties[parameter.name] = parameter.schema()
        if r.random() < 0.6:
            properties[parameter.name]['description'] = parameter.description
        if r.random() < 0.7:
            required.append(parameter.name)
    if r.random() < 0.9:
        definition['description'] = r.choice(DESCRIPTIONS).format(V=verb.title(), v=verb, n=noun)
    definition['parameters'] = {'type': 'object', 'properties': properties}
    if required or r.random() < 0.5:
        definition['parameters']['required'] = required
    return Tool(definition, parameters, verb, noun, required)


def phrase(r: Random, parameter, value):
    """How a request says the value, in the parameter's own words or by its name."""
    if parameter.phrases and r.random() < 0.8:
        form = r.choice(parameter.phrases)
    else:
        form = r.choice(['with {0} {{}}', '{0} {{}}', '{0}: {{}}', '{0} = {{}}'])
        form = form.format(parameter.name.replace('_', ' '))
    return form.format(to_json(value) if isinstance(value, bool) else str(value))


def draw_request(r: Random, tool, weather, phrases, arguments):
    form = r.choice(WEATHER_REQUESTS if weather and r.random() < 0.8 else REQUESTS)
    rest = ' '.join(phrases) if r.random() < 0.7 else ', '.join(phrases)
    text = form.format(V=tool.verb.title(), v=tool.verb, n=tool.noun, r=rest)
    text = text.replace(' .', '.').replace(' ?', '?').strip()
    if r.random() < 0.2 and not any(isinstance(x, str) and x != x.lower() for x in arguments.values()):
        text = text.lower()
    return text


def weather_result(r: Random, arguments):
    place = arguments.get('location') or arguments.get('city')
    unit = arguments.get('unit', 'celsius')
    degrees, condition = r.randint(-10, 38), r.choice(CONDITIONS)
    result = {'temperature': degrees, 'condition': condition}
    if r.random() < 0.5:
        result['unit'] = unit
    where = f'In {place} it' if place else 'It'
    return result, f'{where} is {condition} and {degrees} degrees {unit}.'


def plain_result(r: Random):
    if r.random() < 0.3:
        error = r.choice(['not found', 'timeout', 'permission denied'])
        return {'error': error}, f'Sorry, that did not work: {error}.'
    result = {}
    for _ in range(r.choice([1, 1, 2, 3])):
        key = r.choice(['status', 'result', 'name', 'total', 'price', 'count', 'state'])
        result[key] = r.choice([word(r), r.randint(1, 500), 'ok', 'done', clock(r), date(r)])
    return result, 'The ' + ' and the '.join(f'{key} is {value}' for key, value in result.items()) + '.'


def draw_tool_conversation(r: Random):
    """A document, or None where two tools came out with the same name."""
    weather = r.random() < 0.15
    drawn = [draw_tool(r, weather)] + [draw_tool(r) for _ in range(r.choice([0, 0, 0, 1, 1, 2]))]
    tool, definitions = drawn[0], [x.definition for x in drawn]
    if len({x.name for x in drawn}) < len(drawn):
        return None
    r.shuffle(definitions)
    if r.random() < 0.08:
        question, answer = r.choice(NO_TOOL_NEEDED)
        return conversation([Turn('user', question), Turn('assistant', answer)], tools=definitions)
    used = [p for p in tool.parameters if p.name in tool.required or r.random() < 0.6]
    r.shuffle(used)
    missing = r.choice(tool.required) if tool.required and r.random() < 0.08 else None
    arguments, phrases = {}, []
    for parameter in used:
        if parameter.name != missing:
            arguments[parameter.name] = parameter.value(r)
            phrases.append(phrase(r, parameter, arguments[parameter.name]))
    request = Turn('user', draw_request(r, tool, weather, phrases, arguments))
    if missing:
        question = r.choice(MISSING).format(missing.replace('_', ' '))
        return conversation([request, Turn('assistant', question)], tools=definitions)
    in_order = {p.name: arguments[p.name] for p in tool.parameters if p.name in arguments}
    turns = [request, Turn('assistant', '', ((tool.name, in_order),))]
    if r.random() < 0.4:
        result, answer = weather_result(r, in_order) if weather else plain_result(r)
        turns += [Turn('tool', to_json(result)), Turn('assistant', answer)]
    return conversation(turns, tools=definitions)


def tool_calls(r: Random, count):
    for _ in range(count):
        if document := draw_tool_conversation(r):
            yield document
