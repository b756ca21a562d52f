"""Word lists that the templates draw from."""

NAMES = (
    'Anna Ben Carla David Emma Felix Grace Henry Iris Jack Kate Leo Mia Noah Olivia Paul Quinn Rosa Sam Tina Umar Vera '
    'Will Xena Yara Zoe Amir Bella Chen Dario Elif Farid Gita Hugo Ines Jonas Kira Luis Maya Nina Omar Priya Ravi Sara '
    'Tom Uma Victor Wanda Yusuf Zara'
).split()
LAST_NAMES = (
    'Smith Jones Brown Garcia Miller Davis Lopez Wilson Anderson Thomas Taylor Moore Lee White Harris Clark Lewis Young '
    'King Wright Scott Green Baker Adams Nelson Hill Campbell Mitchell Roberts Carter Novak Schmidt Rossi Silva Tanaka '
    'Kim Patel Ivanov Dubois Jensen'
).split()
CITIES = (
    'Paris London Berlin Madrid Rome Vienna Prague Oslo Lisbon Dublin Athens Warsaw Zurich Munich Hamburg Milan Lyon '
    'Geneva Boston Chicago Denver Seattle Austin Miami Dallas Houston Toronto Montreal Tokyo Osaka Kyoto Seoul Beijing '
    'Shanghai Mumbai Delhi Sydney Melbourne Auckland Cairo Nairobi Lagos Lima Bogota Santiago Helsinki Stockholm '
    'Copenhagen Budapest Istanbul'
).split() + [
    'New York', 'San Francisco', 'Los Angeles', 'Buenos Aires', 'Cape Town', 'Mexico City', 'Hong Kong', 'Tel Aviv',
    'São Paulo', 'New Delhi',
]
COUNTRIES = (
    'France Germany Spain Italy Japan Brazil Canada India Egypt Kenya Norway Poland Chile Peru Greece'
).split()
ITEMS = (
    'apple laptop chair book phone table lamp bicycle guitar camera jacket watch printer keyboard mouse monitor bottle '
    'backpack ticket pizza coffee sandwich tent umbrella toaster blender pillow carpet mirror notebook pencil speaker '
    'headphones charger tablet sofa desk candle wallet scarf'
).split()
TOPICS = [
    'climate change', 'the French Revolution', 'machine learning', 'electric cars', 'the solar system', 'healthy food',
    'football', 'jazz music', 'ancient Rome', 'black holes', 'vegan recipes', 'remote work', 'gardening',
    'the stock market', 'space travel', 'quantum physics', 'cheap flights', 'dog training', 'yoga', 'world history',
    'renewable energy', 'chess openings', 'the human brain', 'data privacy', 'coffee brewing',
]
LANGUAGES = (
    'French German Spanish Italian Portuguese Japanese Korean Chinese Arabic Hindi Dutch Polish Turkish Greek Swedish'
).split()
DAYS = 'monday tuesday wednesday thursday friday saturday sunday'.split()
COLORS = 'red green blue yellow black white purple orange'.split()
CONDITIONS = 'sunny cloudy rainy windy clear snowy foggy'.split()
VERBS = (
    'get find search list create add delete update send book check show fetch lookup start stop set cancel open order '
    'track compute convert translate read'
).split()
NOUNS = (
    'weather forecast flight hotel restaurant user order invoice task note event meeting message email song playlist '
    'recipe news article product price stock ticket room light timer reminder alarm file report route map account '
    'payment contact photo video game score course book movie train taxi package temperature document customer project '
    'issue branch server job'
).split()
