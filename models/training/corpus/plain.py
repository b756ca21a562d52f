"""Templates without tools: extraction to JSON, echo, arithmetic, and admitting not to know."""

from random import Random

from .document import Turn, conversation, exchange, to_json
from .values import FIELDS, PARAMETERS, city, full_name, syllables, word
from .words import CITIES, NAMES, NOUNS


def extraction(r: Random, count):
    """Text with facts in it, and the JSON object of these facts."""
    for _ in range(count):
        fields = r.sample(FIELDS, r.randint(1, 5))
        facts, sentences = {}, []
        for name, _type, draw, forms in fields:
            facts[name] = value = draw(r)
            if name == 'is_member':
                sentences.append('Already a member.' if value else 'Not a member.')
            else:
                sentences.append(r.choice(forms).format(value))
        if r.random() < 0.4:
            r.shuffle(sentences)
        schema = {'type': 'object', 'properties': {f[0]: {'type': f[1]} for f in fields},
                  'required': [f[0] for f in fields]}
        text = ' '.join(sentences)
        text = text[0].upper() + text[1:]
        kind = r.random()
        if kind < 0.4:
            system = 'Reply with JSON for this schema: ' + to_json(schema)
            yield conversation([Turn('user', text), Turn('assistant', to_json(facts))], system=system)
        elif kind < 0.7:
            form = r.choice(['Extract JSON with the fields {f} from: {t}', 'Give me {f} as JSON: {t}',
                             'Return a JSON object with {f}.\n{t}'])
            yield exchange(form.format(f=', '.join(facts), t=text), to_json(facts))
        else:
            yield exchange(f'{text}\n\nAnswer with JSON for this schema: {to_json(schema)}', to_json(facts))


WORDED = {'+': 'plus', '-': 'minus', '*': 'times', '/': 'divided by'}


def arithmetic(r: Random, count):
    for _ in range(count):
        operator = r.choice('++--*/')
        a, b = (r.randint(0, r.choice([10, 20, 100])) for _ in 'ab')
        if operator == '*':
            a, b = r.randint(0, 12), r.randint(0, 12)
        if operator == '/':
            b = r.randint(1, 12)
            a = b * r.randint(0, 12)
        result = {'+': a + b, '-': a - b, '*': a * b, '/': a // max(b, 1)}[operator]
        worded = WORDED[operator]
        question = r.choice([
            f'What is {a} {operator} {b}?', f'What is {a} {worded} {b}?', f'{a} {operator} {b}', f'{a}{operator}{b}=',
            f'Calculate {a} {operator} {b}.', f'How much is {a} {worded} {b}?',
        ])
        equation, sentence = f'{a} {operator} {b} = {result}', f'{a} {operator} {b} is {result}.'
        yield exchange(question, r.choice([equation, equation, sentence]))


SAY = ['Say {}', 'Repeat: {}', 'Repeat after me: {}', 'Say "{}"', 'Please say: {}', 'Echo {}', 'Say exactly: {}',
       'Write {}']


def draw_phrase(r: Random):
    kinds = [word, word, lambda r: str(r.randint(0, 9999)), city, lambda r: r.choice(NOUNS),
             lambda r: syllables(r, r.randint(1, 4))]
    return ' '.join(r.choice(kinds)(r) for _ in range(r.choice([1, 1, 2, 3, 4, 6])))


def remembered(r: Random):
    """Who the user is, asked for one turn later."""
    name = r.choice(NAMES + [syllables(r, 2).title(), syllables(r, 3).title()])
    home = r.choice(CITIES + [syllables(r, 3).title()])
    question, answer = r.choice([
        ('What is my name?', f'Your name is {name}.'), ('Where do I live?', f'You live in {home}.'),
        ('What do you know about me?', f'Your name is {name} and you live in {home}.'),
    ])
    greeting = r.choice([f'Nice to meet you, {name}!', f'Hello {name}!'])
    return conversation([Turn('user', f'My name is {name} and I live in {home}.'), Turn('assistant', greeting),
                         Turn('user', question), Turn('assistant', answer)])


def looked_up(r: Random):
    """One of several values, by its key."""
    keys = r.sample([p.name for p in PARAMETERS] + [syllables(r, 2) for _ in range(5)], r.randint(2, 5))
    values = [word(r) for _ in keys]
    at = r.randrange(len(keys))
    facts = ', '.join(f'{key} is {value}' for key, value in zip(keys, values))
    return exchange(f'{facts}. What is {keys[at]}?', f'{keys[at]} is {values[at]}.')


def echo(r: Random, count):
    """Copying from the prompt, which is what a model of this size learns last."""
    for _ in range(count):
        text = draw_phrase(r)
        kind = r.random()
        if kind < 0.5:
            yield exchange(r.choice(SAY).format(text), text)
        elif kind < 0.7:
            yield remembered(r)
        elif kind < 0.85:
            yield looked_up(r)
        else:
            items = [word(r) for _ in range(r.randint(2, 5))]
            yield exchange('Make a list of ' + ', '.join(items), '\n'.join('- ' + item for item in items))


REFUSALS = ["I don't know that.", "I am sorry, I don't know.",
            "I don't know. I am a small model and cannot look that up.", 'I am not sure about that.']


def unknown(r: Random, count):
    for _ in range(count):
        question = r.choice([
            'What will the lottery numbers be tomorrow?', f'What is the phone number of {full_name(r)}?',
            f'Who won the game in {city(r)} yesterday?', f'What is the stock price of {syllables(r).title()} right now?',
            f'What is a {syllables(r, 3)}?', f'Who is {full_name(r)}?', f"What's the weather in {city(r)} today?",
            f'What happened in {city(r)} today?', f'Tell me about the {syllables(r, 3)}.',
            f'When was {full_name(r)} born?',
        ])
        yield exchange(question, r.choice(REFUSALS))
