import { runCases } from './conformance.fixture.ts';
import { llamaPythonicSuite } from './llama-pythonic.fixture.ts';

runCases(llamaPythonicSuite);
