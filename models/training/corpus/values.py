"""Random values, and the parameters and fields that the templates are made of. Every function takes its randomness."""

from dataclasses import dataclass
from random import Random
from typing import Callable

from .words import CITIES, COLORS, COUNTRIES, DAYS, ITEMS, LANGUAGES, LAST_NAMES, NAMES, TOPICS


def syllables(r: Random, count=2):
    """A made-up word, which can only be copied and never guessed."""
    return ''.join(r.choice('bdfgklmnprstvz') + r.choice('aeiou') for _ in range(count))


def word(r: Random):
    return r.choice([r.choice(ITEMS), syllables(r, 2), syllables(r, 3), r.choice(TOPICS), r.choice(NAMES)])


def date(r: Random):
    return f'{r.randint(2020, 2030)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}'


def clock(r: Random):
    return f'{r.randint(0, 23):02d}:{r.choice(["00", "15", "30", "45"])}'


def city(r: Random):
    return r.choice(CITIES)


def name(r: Random):
    return r.choice(NAMES)


def full_name(r: Random):
    return f'{r.choice(NAMES)} {r.choice(LAST_NAMES)}'


def topic(r: Random):
    return r.choice(TOPICS)


def item(r: Random):
    return r.choice(ITEMS)


def amount(r: Random):
    return r.choice([r.randint(1, 999), round(r.uniform(1, 500), 2)])


def email(r: Random):
    return f'{r.choice(NAMES).lower()}@{syllables(r)}.com'


def long_email(r: Random):
    local = f'{r.choice(NAMES).lower()}.{r.choice(LAST_NAMES).lower()}'
    return f'{local}@{syllables(r)}.{r.choice(["com", "org", "net"])}'


def phone(r: Random):
    return f'{r.randint(100, 999)}-{r.randint(100, 999)}-{r.randint(1000, 9999)}'


def between(low, high) -> Callable[[Random], int]:
    return lambda r: r.randint(low, high)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a tool: `kind` is a JSON type or a tuple of allowed strings; `phrases` say it in a request."""

    name: str
    kind: str | tuple
    description: str
    draw: Callable[[Random], object] | None
    phrases: tuple

    def schema(self):
        if isinstance(self.kind, tuple):
            return {'type': 'string', 'enum': list(self.kind)}
        return {'type': self.kind}

    def value(self, r: Random):
        if isinstance(self.kind, tuple):
            return r.choice(self.kind)
        if self.kind == 'boolean':
            return r.random() < 0.5
        if self.draw:
            return self.draw(r)
        return r.randint(0, 999) if self.kind == 'integer' else word(r)


PARAMETERS = [
    Parameter('location', 'string', 'City name', city, ('in {}', 'for {}')),
    Parameter('city', 'string', 'The city', city, ('in {}', 'for {}', 'around {}')),
    Parameter('unit', ('celsius', 'fahrenheit'), 'Temperature unit', None, ('in {}', 'using {}')),
    Parameter('date', 'string', 'Date as YYYY-MM-DD', date, ('on {}', 'for {}')),
    Parameter('day', tuple(DAYS), 'Day of the week', None, ('on {}', 'for {}')),
    Parameter('time', 'string', 'Time as HH:MM', clock, ('at {}',)),
    Parameter('name', 'string', 'Name of the person', name, ('for {}', 'named {}', 'called {}')),
    Parameter('recipient', 'string', 'Who receives it', name, ('to {}', 'for {}')),
    Parameter('amount', 'number', 'The amount', amount, ('of {}', 'with amount {}')),
    Parameter('quantity', 'integer', 'How many', between(1, 40), ('with quantity {}', '{} times')),
    Parameter('limit', 'integer', 'Maximum number of results', between(1, 50),
              ('limited to {}', 'at most {}', 'show only {}')),
    Parameter('query', 'string', 'Search text', topic, ('about {}', 'on {}', 'matching "{}"')),
    Parameter('topic', 'string', 'The topic', topic, ('about {}', 'on {}')),
    Parameter('language', 'string', 'Target language', lambda r: r.choice(LANGUAGES), ('in {}', 'to {}')),
    Parameter('email', 'string', 'Email address', email, ('to {}', 'with email {}')),
    Parameter('id', 'integer', 'Numeric id', between(1, 99999), ('with id {}', 'number {}', '#{}')),
    Parameter('title', 'string', 'Title', lambda r: topic(r).title(), ('titled "{}"', 'with the title {}')),
    Parameter('priority', ('low', 'medium', 'high'), 'Priority', None, ('with {} priority',)),
    Parameter('enabled', 'boolean', 'Whether it is on', None, ('with enabled set to {}',)),
    Parameter('color', ('red', 'green', 'blue', 'yellow', 'white', 'black'), 'Color', None,
              ('in {}', 'with color {}')),
    Parameter('product', 'string', 'Product name', item, ('for a {}', 'of {}')),
    Parameter('radius_km', 'number', 'Radius in kilometers', between(1, 100), ('within {} km',)),
    Parameter('age', 'integer', 'Age in years', between(1, 99), ('with age {}', 'aged {}')),
    Parameter('currency', ('USD', 'EUR', 'GBP', 'JPY'), 'Currency code', None, ('in {}',)),
]

# name, JSON type, value, sentences that state it
FIELDS = [
    ('name', 'string', full_name, ('{} is', 'My name is {}.', 'Name: {}.')),
    ('age', 'integer', between(1, 99), ('{} years old.', 'Age: {}.', 'I am {} years old.')),
    ('city', 'string', city, ('lives in {}.', 'from {}.', 'City: {}.')),
    ('email', 'string', long_email, ('email {}.', 'Contact: {}.', 'You can write to {}.')),
    ('phone', 'string', phone, ('phone {}.', 'Call {}.')),
    ('product', 'string', item, ('ordered a {}.', 'Item: {}.', 'bought one {}.')),
    ('quantity', 'integer', between(1, 50), ('Quantity {}.', '{} pieces.', '{} units.')),
    ('price', 'number', lambda r: round(r.uniform(1, 900), 2), ('for ${}.', 'costs {} dollars.', 'Price: {}.')),
    ('date', 'string', date, ('on {}.', 'Date: {}.')),
    ('time', 'string', clock, ('at {}.', 'starts at {}.')),
    ('color', 'string', lambda r: r.choice(COLORS), ('color {}.', 'It is {}.')),
    ('topic', 'string', topic, ('about {}.', 'Topic: {}.')),
    ('is_member', 'boolean', lambda r: r.random() < 0.5, ()),
    ('country', 'string', lambda r: r.choice(COUNTRIES), ('country {}.', 'in {}.')),
]
