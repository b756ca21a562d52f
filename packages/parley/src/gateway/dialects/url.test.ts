import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode } from './encode.test.support.ts';

describe('addresses', () => {
  const urlOf = (provider: string, baseUrl: string, model = 'm') =>
    encode(provider, {}, { baseUrl, model }).url;

  it('keep the path and the query of the base', () => {
    assert.equal(urlOf('openai', 'https://a.example/v1/'), 'https://a.example/v1/chat/completions');
    assert.equal(
      urlOf('vllm', 'http://a.example:8000/x/v1?team=a'),
      'http://a.example:8000/x/v1/chat/completions?team=a',
    );
  });

  it('of Azure name the deployment and a version, or neither', () => {
    assert.equal(
      urlOf('azure', 'https://a.openai.azure.com', 'my deployment'),
      'https://a.openai.azure.com/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21',
    );
    assert.equal(
      urlOf('azure', 'https://a.openai.azure.com/?api-version=2025-04-01-preview', 'd'),
      'https://a.openai.azure.com/openai/deployments/d/chat/completions?api-version=2025-04-01-preview',
    );
    assert.equal(
      urlOf('azure', 'https://a.openai.azure.com/openai/v1/'),
      'https://a.openai.azure.com/openai/v1/chat/completions',
    );
  });
});
