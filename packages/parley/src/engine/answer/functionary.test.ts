import { runCases } from './conformance.fixture.ts';
import { functionary31Suite, functionary32Suite } from './functionary.fixture.ts';

for (const suite of [functionary31Suite, functionary32Suite]) runCases(suite);
