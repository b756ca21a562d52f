import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeGroup, readSuite, SUITE_DRAFTS, type SuiteDraft, suiteOptions } from '../testing/suite.ts';

/** Tests that pass; the others are refused, most of them because they refer to documents that would have to be fetched. */
const PASSED: Record<SuiteDraft, number> = {
  draft4: 909,
  draft6: 1237,
  draft7: 1523,
  'draft2019-09': 1971,
  'draft2020-12': 2007,
};

describe('the official test suite', () => {
  for (const draft of SUITE_DRAFTS) {
    test(draft, () => {
      const wrong: string[] = [];
      let passed = 0;
      for (const group of readSuite(draft)) {
        const outcome = judgeGroup(group, suiteOptions(draft, group.file));
        passed += outcome.passed;
        for (const how of outcome.wrong) wrong.push(`${group.file}: ${group.description}: ${how}`);
      }
      assert.deepEqual(wrong, []);
      assert.ok(passed >= PASSED[draft], `${passed} passed`);
    });
  }
});

test('common formats allow nothing that the standards do not', () => {
  const wrong: string[] = [];
  let judged = 0;
  for (const draft of SUITE_DRAFTS) {
    for (const group of readSuite(draft)) {
      if (!group.file.startsWith('optional/format/')) continue;
      const {
        passed,
        wrong: ways,
        refused,
      } = judgeGroup(group, { draft: suiteOptions(draft, group.file).draft });
      assert.equal(refused, 0, group.file);
      judged += passed;
      for (const how of ways) if (how.startsWith('takes')) wrong.push(`${draft} ${group.file}: ${how}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(judged > 2500, `${judged}`);
});

test('without a draft only the siblings of $ref are read in another way', () => {
  const others = new Set<string>();
  for (const draft of SUITE_DRAFTS) {
    for (const group of readSuite(draft)) {
      if (group.file.startsWith('optional/') || group.file === 'vocabulary') continue;
      const { wrong } = judgeGroup(group, { formats: 'annotation' });
      if (wrong.length > 0) others.add(group.description.replace(/sibling \$?id/, 'sibling id'));
    }
  }
  const siblings = [
    'ref overrides any sibling keywords',
    '$ref prevents a sibling id from changing the base uri',
  ];
  assert.deepEqual([...others], siblings);
});
