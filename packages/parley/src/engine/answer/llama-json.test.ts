import { runCases } from './conformance.fixture.ts';
import { llamaJsonSuite } from './llama-json.fixture.ts';

runCases(llamaJsonSuite);
