import assert from 'node:assert/strict';
import Schema from 'typebox/schema';
import type { Client } from '../http/client.ts';
import type { JsonSchema } from './json-schema.ts';

type Json = Readonly<Record<string, unknown>>;

/** A POST route as the server publishes it. */
export interface PostRoute {
  /** With `{id}` where it has one. */
  readonly path: string;
  readonly request: JsonSchema;
  /** Throws unless the value has the published form of a 200 of this media type. */
  check(mediaType: string, value: unknown): void;
}

/** Reads the routes from the document that a running server publishes. */
export async function postRoutes(client: Client): Promise<PostRoute[]> {
  const { status, text } = await client.send('/openapi.json');
  assert.equal(status, 200);
  // Taken as an OpenAPI document without a check: where it is none, the tests that follow fail.
  const document: Json = JSON.parse(text);
  const paths = document.paths as Readonly<Record<string, Json>>;
  const expand = expander(document.components as Json);
  return Object.entries(paths).flatMap(([path, methods]) => {
    if (methods.post === undefined) return [];
    return [route(path, expand(methods.post) as Operation)];
  });
}

interface Operation {
  readonly requestBody: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

function route(path: string, { requestBody, responses }: Operation): PostRoute {
  const request = requestBody.content['application/json']?.schema;
  assert.ok(request, `${path} takes no JSON`);
  const content = responses['200']?.content ?? {};
  const validators = new Map(
    Object.entries(content).map(([type, { schema }]) => [type, Schema.Compile(schema as object)]),
  );
  return {
    path,
    request,
    check(mediaType, value) {
      const validator = validators.get(mediaType);
      assert.ok(validator, `${path} publishes no ${mediaType}`);
      const [valid, errors] = validator.Errors(value);
      assert.ok(valid, `not as published: ${JSON.stringify(errors.slice(0, 5))}`);
    },
  };
}

/** Puts schemas in the place of the references to them; the document has no circles. */
function expander(components: Json): (value: unknown) => unknown {
  const expand = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(expand);
    if (typeof value !== 'object' || value === null) return value;
    if ('$ref' in value) return expand(resolve(components, String(value.$ref)));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item)]));
  };
  return expand;
}

function resolve(components: Json, reference: string): unknown {
  const name = reference.replace('#/components/schemas/', '');
  const schema = (components.schemas as Json)[name];
  assert.ok(schema, `nothing at ${reference}`);
  return schema;
}
