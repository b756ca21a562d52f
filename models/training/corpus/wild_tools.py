"""Template: tools whose names, parameters and values come from the whole dictionary.

Nothing can be guessed, so the only way to answer is to copy from the prompt.
"""

from random import Random

from .document import Turn, conversation, to_json
from .values import PARAMETERS, city, date, full_name, word
from .words import NOUNS, VERBS

KINDS = ['string'] * 5 + ['integer'] * 3 + ['number', 'boolean', 'enum', 'array']
PHRASES = ['{p} {v}', 'with {p} {v}', 'a {p} of {v}', '{p}={v}', '{p}: {v}', 'where the {p} is {v}', 'for {p} "{v}"',
           '{v} as the {p}', 'using {v} {p}']
REQUESTS = ['{w} {r}', 'Please {w} {r}.', 'Can you {w} {r}?', 'I want to {w} {r}', '{W} the {r}.', 'What is the {w} {r}?',
            'Find the {w} {r}.', 'Help me {w} {r}.']
DESCRIPTIONS = ['{}', '{} for the user', 'Use this to {}', '{} with the given values.']


def join_name(words, style):
    if style < 0.6:
        return '_'.join(words)
    if style < 0.8:
        return words[0] + ''.join(word.title() for word in words[1:])
    if style < 0.9:
        return '.'.join(words[:2]) + ''.join('_' + word for word in words[2:])
    return '-'.join(words)


def schema_of(kind, choices):
    if kind == 'enum':
        return {'type': 'string', 'enum': choices}
    if kind == 'array':
        return {'type': 'array', 'items': {'type': 'integer'}}
    return {'type': kind}


class WildTools:
    """Draws such tools; `lemmas` is the dictionary."""

    def __init__(self, r: Random, lemmas):
        self.r = r
        self.lemmas = lemmas

    def lemma(self):
        return self.r.choice(self.lemmas)

    def draw_parameter(self, style):
        r = self.r
        if r.random() < 0.75:
            words = [self.lemma() for _ in range(r.choice([1, 1, 1, 2]))]
        else:
            words = r.choice(PARAMETERS).name.split('_')
        kind = r.choice(KINDS)
        choices = [self.lemma() for _ in range(r.randint(2, 4))] if kind == 'enum' else None
        return join_name(words, min(style, 0.75)), words, kind, choices

    def draw_tool(self):
        r = self.r
        style = r.random()
        words = [r.choice(VERBS) if r.random() < 0.6 else self.lemma()]
        words += [self.lemma() if r.random() < 0.7 else r.choice(NOUNS) for _ in range(r.choice([1, 1, 2]))]
        parameters = [self.draw_parameter(style) for _ in range(r.choice([1, 1, 2, 2, 3, 4]))]
        properties, required = {}, []
        forms = ['The {}', 'The {} to use', '{} of the ' + words[-1], 'Name of the {}', 'The {} of the ' + words[-1] + '.']
        for key, key_words, kind, choices in parameters:
            properties[key] = schema_of(kind, choices)
            if r.random() < 0.7:
                properties[key]['description'] = r.choice(forms).format(' '.join(key_words)).capitalize()
            if r.random() < 0.75:
                required.append(key)
        description = r.choice(DESCRIPTIONS).format(' '.join(words)).capitalize()
        definition = {'name': join_name(words, style), 'description': description,
                      'parameters': {'type': 'object', 'properties': properties, 'required': required}}
        return definition, words, parameters

    def draw_text(self):
        r = self.r
        return r.choice([
            self.lemma, self.lemma, lambda: word(r), lambda: f'{self.lemma().title()} {self.lemma().title()}',
            lambda: city(r), lambda: full_name(r), lambda: date(r),
        ])()

    def draw_value(self, kind, choices):
        r = self.r
        if kind == 'string':
            return self.draw_text()
        if kind == 'integer':
            return r.choice([r.randint(0, 12), r.randint(0, 5000)])
        if kind == 'number':
            return round(r.uniform(0, 200), r.choice([1, 2]))
        if kind == 'boolean':
            return r.random() < 0.5
        return r.choice(choices) if kind == 'enum' else [r.randint(0, 99) for _ in range(r.randint(2, 4))]

    def draw_arguments(self, definition, parameters):
        """The arguments, and the phrases that state them in the request."""
        r = self.r
        arguments, phrases = {}, []
        for key, words, kind, choices in parameters:
            if key not in definition['parameters']['required'] and r.random() < 0.5:
                continue
            value = arguments[key] = self.draw_value(kind, choices)
            if kind == 'array':
                text = ', '.join(map(str, value))
            else:
                text = to_json(value) if kind == 'boolean' else str(value)
            phrases.append(r.choice(PHRASES).format(p=' '.join(words), v=text))
        return arguments, phrases

    def documents(self, count):
        r = self.r
        for _ in range(count):
            drawn = [self.draw_tool() for _ in range(r.choice([1, 1, 1, 2, 3]))]
            definition, words, parameters = drawn[0]
            same_key = len(definition['parameters']['properties']) < len(parameters)
            if same_key or len({tool['name'] for tool, _, _ in drawn}) < len(drawn):
                continue
            arguments, phrases = self.draw_arguments(definition, parameters)
            r.shuffle(phrases)
            name = ' '.join(words)
            form, join = r.choice(REQUESTS), r.choice([' ', ', ', ' and '])
            request = form.format(w=name, W=name.capitalize(), r=join.join(phrases))
            tools = [tool for tool, _, _ in drawn]
            r.shuffle(tools)
            call = Turn('assistant', '', ((definition['name'], arguments),))
            yield conversation([Turn('user', request[0].upper() + request[1:]), call], tools=tools)
