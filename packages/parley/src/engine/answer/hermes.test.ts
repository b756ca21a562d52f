import { runCases } from './conformance.fixture.ts';
import { hermesSuite } from './hermes.fixture.ts';

runCases(hermesSuite);
