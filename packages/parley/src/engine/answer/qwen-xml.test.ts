import { runCases } from './conformance.fixture.ts';
import { minimaxXmlSuite, qwenXmlSuite, seedXmlSuite } from './qwen-xml.fixture.ts';

for (const suite of [qwenXmlSuite, seedXmlSuite, minimaxXmlSuite]) runCases(suite);
